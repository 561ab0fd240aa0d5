using System.Globalization;
using ActorCsi.Fakes.Stores;
using ActorCsi.Silo.Try;
using Csi.V1;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>One volume of one pod: what kubelet asks for it, each call on a connection of its own, and what the pod sees.</summary>
internal sealed class PodVolume
{
    public const string Namespace = "default";

    private const string Tokens = "csi.storage.k8s.io/serviceAccount.tokens";
    private static readonly TimeSpan KubeletsPatience = TimeSpan.FromMinutes(2);

    private readonly TestNode _node;
    private readonly PodIdentity _pod;
    private int _round;

    public PodVolume(TestNode node, string name, string className)
    {
        _node = node;
        _pod = new PodIdentity(Namespace, name, $"uid-{name}", "app");
        Id = $"csi-{name}-volume";
        Target = node[$"pods/{_pod.Uid}/volumes/kubernetes.io~csi/secrets/mount"];
        Request = new NodePublishVolumeRequest
        {
            VolumeId = Id,
            TargetPath = Target,
            VolumeCapability = new() { Mount = new(), AccessMode = new() { Mode = VolumeCapability.Types.AccessMode.Types.Mode.SingleNodeWriter } },
            Readonly = true,
            VolumeContext =
            {
                ["secretProviderClass"] = className,
                ["csi.storage.k8s.io/ephemeral"] = "true",
                ["csi.storage.k8s.io/pod.name"] = _pod.Name,
                ["csi.storage.k8s.io/pod.namespace"] = _pod.Namespace,
                ["csi.storage.k8s.io/pod.uid"] = _pod.Uid,
                ["csi.storage.k8s.io/serviceAccount.name"] = _pod.ServiceAccount,
            },
        };
        BringNews();
    }

    public string Id { get; }

    public string Target { get; }

    /// <summary>What kubelet sends; tests change it as they need.</summary>
    public NodePublishVolumeRequest Request { get; }

    /// <summary>From now on kubelet sends a token that <paramref name="issuer"/> has signed.</summary>
    public void BringToken(TokenIssuer issuer, string audience)
        => Request.Secrets[Tokens] = issuer.Deliver(_pod, DateTimeOffset.UtcNow, TimeSpan.FromHours(1), audience);

    private string Above => Path.GetDirectoryName(Target)!;

    /// <summary>From now on kubelet sends another token, and another Secret of nodePublishSecretRef, which makes a refresh due.</summary>
    public void BringNews(string audience = "vault")
    {
        _round++;
        Request.Secrets[Tokens] = PodTokenJson.For(_pod, DateTimeOffset.UtcNow - TimeSpan.FromHours(1) + TimeSpan.FromSeconds(_round), TimeSpan.FromHours(2), audience);
        Request.Secrets["round"] = _round.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>NodePublishVolume; kubelet has made the directory above.</summary>
    public async Task Publish(CancellationToken giveUp = default)
    {
        Directory.CreateDirectory(Above);
        await Call(node => node.NodePublishVolumeAsync(Request, Options(giveUp)).ResponseAsync);
    }

    /// <summary>NodePublishVolume, with news.</summary>
    public Task Republish()
    {
        BringNews();
        return Publish();
    }

    public Task Unpublish() => Call(node => node.NodeUnpublishVolumeAsync(new() { VolumeId = Id, TargetPath = Target }, Options()).ResponseAsync);

    public async Task<VolumeCondition> Condition()
        => (await Call(node => node.NodeGetVolumeStatsAsync(new() { VolumeId = Id, VolumePath = Target }, Options()).ResponseAsync)).VolumeCondition;

    /// <summary>What a pod that is running sees; fails where nothing is mounted.</summary>
    public PodView View() => PodView.Of(_node, Target) ?? throw new InvalidOperationException($"{Id} is not mounted");

    /// <summary>The content of one file, as a pod reads it.</summary>
    public string Read(string name) => File.ReadAllText(_node.Seen(Path.Combine(Target, name)));

    /// <summary>Whether something is mounted at the target.</summary>
    public bool IsMounted => _node.Mount(Target) is not null;

    /// <summary>Fails unless there is no mount, no directory and no memory of the volume.</summary>
    public void CheckNothingIsLeft()
    {
        Assert.Null(_node.Mount(Target));
        Assert.Empty(Directory.GetFileSystemEntries(_node.Seen(Above)));
        Assert.Empty(_node.Memory(Id));
    }

    private async Task<T> Call<T>(Func<Node.NodeClient, Task<T>> call)
    {
        using var channel = Kubelet.Connect(_node.Socket);
        return await call(new Node.NodeClient(channel));
    }

    private static CallOptions Options(CancellationToken giveUp = default) => new(deadline: DateTime.UtcNow + KubeletsPatience, cancellationToken: giveUp);
}
