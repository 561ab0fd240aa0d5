using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Refresh;

namespace ActorCsi.Grains;

/// <summary>Keeps what operators decided about one class on this node.</summary>
internal sealed class ClassGrain([PersistentState("class", VolumeGrain.StorageName)] IPersistentState<ClassRecord> state, IClassSource classes, TimeProvider time)
    : Grain, IClassGrain
{
    /// <summary>The key of a class.</summary>
    public static string KeyOf(string @namespace, string name) => $"{@namespace}/{name}";

    /// <inheritdoc/>
    public Task Hold(string reason)
    {
        state.State = new ClassRecord { Hold = new ClassHold(state.State.Hold?.Since ?? time.GetUtcNow(), reason) };
        return state.WriteStateAsync();
    }

    /// <inheritdoc/>
    public Task Resume()
    {
        state.State = new ClassRecord();
        return state.RecordExists ? state.ClearStateAsync() : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ClassHold?> Inspect() => Task.FromResult(state.State.Hold ?? HoldOfItsOwn());

    private ClassHold? HoldOfItsOwn()
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return classes.Peek(key[..slash], key[(slash + 1)..]) is { } secretClass && RefreshParameters.Hold(secretClass)
            ? new ClassHold(null, $"the class says so: {RefreshParameters.HoldName} is \"true\"")
            : null;
    }
}

/// <summary>What is remembered of a class across restarts.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.ClassRecord")]
internal sealed record ClassRecord
{
    /// <summary>The hold in force.</summary>
    [Id(0)]
    public ClassHold? Hold { get; init; }
}
