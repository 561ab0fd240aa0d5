namespace ActorCsi.Tests.Contract;

[GenerateSerializer]
[Alias("ActorCsi.Tests.Contract.Tally")]
public sealed class Tally
{
    [Id(0)]
    public int Value { get; set; }

    [Id(1)]
    public List<string> Names { get; set; } = [];
}

public interface IStateGrain : IGrainWithStringKey
{
    Task Set(int value, string name, bool write);

    Task<int> Value();

    Task<int> Names();

    Task<bool> Exists();

    Task Reread();

    Task Clear();

    Task<int> ValueSeenByOnActivate();
}

public sealed class StateGrain([PersistentState("tally", "durable")] IPersistentState<Tally> tally) : Grain, IStateGrain
{
    private int _seen = -1;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _seen = tally.State.Value;
        return Task.CompletedTask;
    }

    public async Task Set(int value, string name, bool write)
    {
        tally.State.Value = value;
        tally.State.Names.Add(name);
        if (write)
            await tally.WriteStateAsync();
    }

    public Task<int> Value() => Task.FromResult(tally.State.Value);

    public Task<int> Names() => Task.FromResult(tally.State.Names.Count);

    public Task<bool> Exists() => Task.FromResult(tally.RecordExists);

    public Task Reread() => tally.ReadStateAsync();

    public Task Clear() => tally.ClearStateAsync();

    public Task<int> ValueSeenByOnActivate() => Task.FromResult(_seen);
}

/// <summary>A grain's stored state.</summary>
public sealed class StateTests : SiloTest
{
    private IStateGrain Grain => Grains.GetGrain<IStateGrain>("one");

    [Fact]
    public async Task State_NeverWritten_IsItsInitialValue()
    {
        Assert.Equal(0, await Grain.Value());
        Assert.Equal(0, await Grain.Names());
        Assert.False(await Grain.Exists());
    }

    [Fact]
    public async Task State_AfterACrash_IsTheLastWritten()
    {
        await Grain.Set(1, "a", write: true);
        await Grain.Set(2, "b", write: true);
        await Grain.Set(3, "c", write: false);

        await Crash();

        Assert.Equal(2, await Grain.Value());
        Assert.Equal(2, await Grain.Names());
        Assert.True(await Grain.Exists());
    }

    [Fact]
    public async Task State_IsReadBeforeOnActivate()
    {
        await Grain.Set(7, "a", write: true);
        await Restart();

        Assert.Equal(7, await Grain.ValueSeenByOnActivate());
    }

    [Fact]
    public async Task Read_LosesWhatWasNotWritten()
    {
        await Grain.Set(1, "a", write: true);
        await Grain.Set(2, "b", write: false);

        await Grain.Reread();

        Assert.Equal(1, await Grain.Value());
    }

    [Fact]
    public async Task Clear_RemovesTheRecord()
    {
        await Grain.Set(1, "a", write: true);
        await Grain.Clear();

        Assert.False(await Grain.Exists());
        Assert.Equal(0, await Grain.Value());
        Assert.Equal(0, Storage.Count);
        await Grain.Set(2, "b", write: true);
        Assert.True(await Grain.Exists());
    }

    [Fact]
    public async Task Write_RecordChangedByOthers_FailsAndTheGrainReadsAfresh()
    {
        await Grain.Set(1, "a", write: true);
        Storage.ChangeAll();

        await Assert.ThrowsAnyAsync<Exception>(() => Grain.Set(2, "b", write: true).Soon());

        Assert.Equal(1, await Grain.Value());
        await Grain.Set(3, "c", write: true);
    }

    [Fact]
    public async Task Read_Fails_TheCallFailsAndTheNextTriesAgain()
    {
        Storage.ReadFailure = new InvalidOperationException("the disk is away");
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Grain.Value().Soon());
        Assert.Contains("the disk is away", failure.ToString(), StringComparison.Ordinal);

        Storage.ReadFailure = null;
        Assert.Equal(0, await Grain.Value());
    }
}
