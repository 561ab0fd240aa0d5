using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ActorCsi.Tests.Driver;

/// <summary>What the volumes behind the driver do, and what they were told. One for all volumes of a test.</summary>
internal sealed class VolumeScript : IVolumeIndex, IStoreLogins, IPublishMetrics
{
    /// <summary>What a publish does; succeeds unless a test says otherwise.</summary>
    public Func<PublishRequest, CancellationToken, Task> OnPublish { get; set; } = (_, _) => Task.CompletedTask;

    public Func<CancellationToken, Task> OnUnpublish { get; set; } = _ => Task.CompletedTask;

    public Func<string, VolumeUsage?> OnUsage { get; set; } = _ => new VolumeUsage(1_048_576, 8_192, 64, 7, Stale: null);

    public Func<string, VolumeReport?> OnInspectInFull { get; set; } = _ => null;

    /// <summary>What an inspection does before it answers.</summary>
    public Func<string, Task> OnInspect { get; set; } = _ => Task.CompletedTask;

    public Func<string, Task> OnRefresh { get; set; } = _ => Task.CompletedTask;

    /// <summary>What is taken out at secret stores.</summary>
    public Func<ImmutableArray<StoreLogin>> OnLogins { get; set; } = () => [];

    /// <summary>The volumes that operators see.</summary>
    public ConcurrentDictionary<string, VolumeStatus> Published { get; } = [];

    /// <summary>The classes that are held, by namespace/name.</summary>
    public ConcurrentDictionary<string, ClassHold> Holds { get; } = [];

    /// <summary>What an inspection of a class does before it answers.</summary>
    public Func<string, Task> OnInspectClass { get; set; } = _ => Task.CompletedTask;

    /// <summary>Every call to a volume, in order: the volume, the verb, and what came with it.</summary>
    public ConcurrentQueue<(string Volume, string Verb, object? With)> Told { get; } = new();

    /// <summary>What the grains were told to count, in order.</summary>
    public ConcurrentQueue<string> Counted { get; } = new();

    /// <summary>What the publishes asked for.</summary>
    public IReadOnlyList<PublishRequest> Publishes => [.. Told.Select(told => told.With).OfType<PublishRequest>()];

    void IPublishMetrics.Published(VolumeSpec volume, TokenSource tokens) => Counted.Enqueue($"published {volume.VolumeId}, tokens from {tokens}");

    void IPublishMetrics.PublishFailed(VolumeSpec? volume, Exception failure) => Counted.Enqueue($"publish failed {volume?.VolumeId}, {(failure as VolumeException)?.Error}");

    void IPublishMetrics.Unpublished() => Counted.Enqueue("unpublished");

    void IPublishMetrics.UnpublishFailed() => Counted.Enqueue("unpublish failed");

    /// <summary>From now on a publish hangs until it is cancelled. Completed by the next one: when it begins, and when it hears that nobody waits any more.</summary>
    public (Task Begun, Task Cancelled) HangOnPublish()
    {
        var (begun, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        OnPublish = async (_, cancellationToken) =>
        {
            begun.SetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.Infinite, cancellationToken));
            cancelled.SetResult();
            cancellationToken.ThrowIfCancellationRequested();
        };
        return (begun.Task, cancelled.Task);
    }

    public Task<ImmutableArray<string>> List() => Task.FromResult<ImmutableArray<string>>([.. Published.Keys.Order(StringComparer.Ordinal)]);

    Task<ImmutableArray<StoreLogin>> IStoreLogins.List() => Task.FromResult(OnLogins());
}

/// <summary>A volume on the real grain runtime that does what the script says.</summary>
internal sealed class ScriptedVolume(VolumeScript script) : Grain, IVolumeGrain
{
    public Task Publish(PublishRequest request, CancellationToken cancellationToken)
    {
        Note(nameof(Publish), request);
        return script.OnPublish(request, cancellationToken);
    }

    public Task Unpublish(string targetPath, CancellationToken cancellationToken)
    {
        Note(nameof(Unpublish), targetPath);
        return script.OnUnpublish(cancellationToken);
    }

    public Task Leave()
    {
        Note(nameof(Leave), null);
        return Task.CompletedTask;
    }

    public async Task<VolumeStatus?> Inspect()
    {
        await script.OnInspect(this.GetPrimaryKeyString());
        return script.Published.GetValueOrDefault(this.GetPrimaryKeyString());
    }

    public Task<VolumeReport?> InspectInFull() => Task.FromResult(script.OnInspectInFull(this.GetPrimaryKeyString()));

    public Task<VolumeUsage?> Usage(string volumePath)
    {
        Note(nameof(Usage), volumePath);
        return Task.FromResult(script.OnUsage(volumePath));
    }

    public Task Refresh(CancellationToken cancellationToken)
    {
        Note(nameof(Refresh), null);
        return script.OnRefresh(this.GetPrimaryKeyString());
    }

    public Task Follow() => throw new NotSupportedException("the CSI side has no business with this");

    public Task Resume() => throw new NotSupportedException("the CSI side has no business with this");

    private void Note(string verb, object? with) => script.Told.Enqueue((this.GetPrimaryKeyString(), verb, with));
}
