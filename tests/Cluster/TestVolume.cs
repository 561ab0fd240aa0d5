namespace ActorCsi.Tests.Cluster;

/// <summary>One volume of one pod, with the test as its kubelet.</summary>
internal sealed class TestVolume(ClusterNode node, string @namespace, string pod, string className)
{
    private readonly string _target = $"/pods/{pod}/{className}/mount";
    private int _round;

    public string Id => $"csi-{pod}-{className}";

    private IVolumeGrain Grain => node.Grains.GetGrain<IVolumeGrain>(Id);

    /// <summary>NodePublishVolume, as often as kubelet likes.</summary>
    public Task Publish() => Grain.Publish(new PublishRequest(
        new VolumeSpec(Id, _target, new PodIdentity(@namespace, pod, $"uid-{pod}", "app"), new StringMap([new("secretProviderClass", className)]), "SINGLE_NODE_WRITER", true, null, ""),
        null, TokenSource.None, _round == 0 ? [] : [new NamedSecret("round", Secret.FromText($"{_round}"))]), CancellationToken.None);

    /// <summary>NodePublishVolume with news, so that the store is asked; its failures are kubelet's to hear of at a first publish only.</summary>
    public Task PublishNews()
    {
        _round++;
        return Publish();
    }

    public Task Unpublish() => Grain.Unpublish(_target, CancellationToken.None);

    public Task<VolumeStatus?> Inspect() => Grain.Inspect();
}
