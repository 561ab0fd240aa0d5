using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace ActorCsi.GrainEngine;

/// <summary>A state that its activation reads before the grain's OnActivateAsync.</summary>
internal abstract class PersistentState
{
    public abstract Task ReadStateAsync(CancellationToken cancellationToken);
}

/// <summary>
/// One state of one activation. Its operations run one after another also where calls of the grain interleave: each sees the ETag that the one before
/// it left.
/// </summary>
internal sealed class PersistentState<TState> : PersistentState, IPersistentState<TState>, IGrainState<TState>
{
    private readonly Activation _activation;
    private readonly string _name;
    private readonly Func<TState> _initial;
    private readonly IGrainStorage _storage;
    private Task _last = Task.CompletedTask;

    public PersistentState(Activation activation, string name, string? storageName, Func<TState> initial)
    {
        _activation = activation;
        _name = name;
        _initial = initial;
        _storage = StorageNamed(storageName);
        State = initial();
    }

    public TState State { get; set; }

    public string? Etag { get; private set; }

    public bool RecordExists { get; private set; }

    TState? IGrainState<TState>.State
    {
        get => State;
        set => State = value ?? _initial();
    }

    string? IGrainState<TState>.ETag
    {
        get => Etag;
        set => Etag = value;
    }

    bool IGrainState<TState>.RecordExists
    {
        get => RecordExists;
        set => RecordExists = value;
    }

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public override Task ReadStateAsync(CancellationToken cancellationToken) =>
        InTurn(() => _storage.ReadStateAsync(_name, _activation.GrainId, this, cancellationToken));

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        InTurn(() => _storage.WriteStateAsync(_name, _activation.GrainId, this, cancellationToken));

    public Task ClearStateAsync(CancellationToken cancellationToken) => InTurn(async () =>
    {
        await _storage.ClearStateAsync(_name, _activation.GrainId, this, cancellationToken);
        State = _initial();
        RecordExists = false;
    });

    private Task InTurn(Func<Task> operation)
    {
        // What a crash left unwritten stays unwritten.
        if (_activation.Silo.IsKilled)
            return Task.FromException(_activation.Silo.Unavailable());
        return _last = _last.IsCompleted ? operation() : After(_last, operation);
    }

    private static async Task After(Task earlier, Func<Task> operation)
    {
        // Its own caller learns of its failure; this one goes on.
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await operation();
    }

    private IGrainStorage StorageNamed(string? name)
    {
        var services = _activation.ActivationServices;
        return (name is null ? services.GetService<IGrainStorage>() : services.GetKeyedService<IGrainStorage>(name))
            ?? throw new OrleansConfigurationException(
                $"The state \"{_name}\" of {_activation.GrainId} is kept in {(name is null ? "the default storage" : $"the storage \"{name}\"")}, "
                + "which the silo does not have. Add it where the silo is built, as in silo.AddMemoryGrainStorage(name).");
    }
}
