using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Storage;

namespace ActorCsi.Tests.Runtime;

public interface IHastyGrain : IGrainWithStringKey
{
    Task Write(string text);
}

[Reentrant]
public sealed class HastyGrain([PersistentState("note", "slow")] IPersistentState<Note> note) : Grain, IHastyGrain
{
    public Task Write(string text)
    {
        note.State.Text = text;
        return note.WriteStateAsync();
    }
}

/// <summary>Writes of one state that overlap, because the grain is reentrant, go to the storage one after another.</summary>
public sealed class OverlappingWriteTests
{
    [Fact]
    public async Task Writes_ThatOverlap_AreStoredInTheirOrder()
    {
        var storage = new SlowStorage();
        await using var silo = await TestSilo.Start(silo => silo.Services.AddKeyedSingleton<IGrainStorage>("slow", storage));
        var grain = silo.Grains.GetGrain<IHastyGrain>("one");

        var writes = new[] { grain.Write("a"), grain.Write("b"), grain.Write("c") };
        while (!writes.All(write => write.IsCompleted))
        {
            storage.LetOneThrough();
            await silo.Settle(grain);
        }

        await Task.WhenAll(writes);
        Assert.Equal(["v0 to v1", "v1 to v2", "v2 to v3"], storage.Writes);
    }

    [Fact]
    public async Task Write_AfterOneThatFailed_IsStored()
    {
        var storage = new SlowStorage { FailsNext = true };
        await using var silo = await TestSilo.Start(silo => silo.Services.AddKeyedSingleton<IGrainStorage>("slow", storage));
        var grain = silo.Grains.GetGrain<IHastyGrain>("one");

        var (first, second) = (grain.Write("a"), grain.Write("b"));
        while (!second.IsCompleted)
        {
            storage.LetOneThrough();
            await silo.Settle(grain);
        }

        await Assert.ThrowsAsync<IOException>(() => first);
        await second;
        Assert.Equal(["v0 to v1"], storage.Writes);
    }

    private sealed class SlowStorage : IGrainStorage
    {
        private readonly Queue<TaskCompletionSource> _waiting = new();
        private int _version;

        public bool FailsNext { get; set; }

        public List<string> Writes { get; } = [];

        public void LetOneThrough()
        {
            lock (_waiting)
            {
                if (_waiting.TryDequeue(out var next))
                    next.SetResult();
            }
        }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            grainState.ETag = "v0";
            return Task.CompletedTask;
        }

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var before = grainState.ETag;
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_waiting)
                _waiting.Enqueue(gate);
            await gate.Task;
            if (FailsNext)
            {
                FailsNext = false;
                throw new IOException("The disk is full.");
            }
            grainState.ETag = $"v{++_version}";
            Writes.Add($"{before} to {grainState.ETag}");
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
    }
}
