using ActorCsi.Fakes;

namespace ActorCsi.Tests.Fleet;

/// <summary>kubelet's dealings with one pod: publish with its back-off until that works, then again and again; a deadline of two minutes; tokens as its token manager gives them.</summary>
internal sealed class FleetPod(Scenario scenario, FleetNode node, int number, FleetTime time, Random random, Tally tally)
{
    public const string Namespace = "default";
    public const string ClassName = "class";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(122);

    private static readonly StringMap Attributes = new([new(VolumeSpec.ClassAttribute, ClassName)]);

    private VolumeSpec _spec = null!;
    private Secret? _tokens;
    private TimeSpan _tokensIssued;
    private int _life; // a pod that is replaced or restarted lives anew

    /// <summary>Whether the pod has had its files since its creation.</summary>
    public bool HasStarted { get; private set; }

    public IVolumeGrain Volume => node.Grains.GetGrain<IVolumeGrain>(_spec.VolumeId);

    /// <summary>The pod is created now.</summary>
    public void Start()
    {
        var uid = $"{node.Number}-{_life}-{number}";
        _spec = new VolumeSpec("csi-" + uid, $"/var/lib/kubelet/pods/{uid}/mount", new PodIdentity(Namespace, "pod-" + uid, uid, $"sa-{number % scenario.Identities}"), Attributes,
            "SINGLE_NODE_WRITER", ReadOnly: true, FsGroup: null, MountFlags: "");
        (_tokens, HasStarted) = (null, false);
        _ = time.Start(() => Live(_life));
    }

    /// <summary>The node came back.</summary>
    public void Restart()
    {
        _life++;
        Start();
    }

    /// <summary>The pod is deleted, and another one takes its place.</summary>
    public async Task Replace()
    {
        _life++;
        await Volume.Leave();
        await Volume.Unpublish(_spec.TargetPath, CancellationToken.None);
        Start();
    }

    private async Task Live(int life)
    {
        var created = time.Elapsed;
        var pause = TimeSpan.FromMilliseconds(500);
        while (!await Publish())
        {
            await Task.Delay(pause, time);
            pause = pause * 2 < LongestBackoff ? pause * 2 : LongestBackoff;
            if (life != _life)
                return;
        }
        if (life != _life)
            return;
        HasStarted = true;
        tally.Starts.Add((created, (float)(time.Elapsed - created).TotalSeconds, number < scenario.Hung));

        while (scenario.Republish > TimeSpan.Zero)
        {
            await Task.Delay(scenario.Republish * (0.8 + (0.4 * random.NextDouble())), time);
            if (life != _life)
                return;
            await Publish();
        }
    }

    private async Task<bool> Publish()
    {
        using var deadline = HasStarted ? null : new CancellationTokenSource(Deadline, time); // what is served answers at once
        try
        {
            await Volume.Publish(new PublishRequest(_spec, Tokens(), TokenSource.Secrets, []), deadline?.Token ?? CancellationToken.None);
            return true;
        }
        catch (Exception failure) when (failure is VolumeException or OperationCanceledException or Orleans.Runtime.OrleansException)
        {
            return false;
        }
    }

    /// <summary>The same tokens until four fifths of their life are over.</summary>
    private Secret? Tokens()
    {
        if (scenario.TokenLife == TimeSpan.Zero)
            return null;
        if (_tokens is null || time.Elapsed >= _tokensIssued + (scenario.TokenLife * 0.8))
        {
            _tokensIssued = time.Elapsed;
            _tokens = Secret.FromText(PodTokenJson.For(_spec.Pod, time.GetUtcNow(), scenario.TokenLife, Store.Audience));
        }
        return _tokens.Copy();
    }
}
