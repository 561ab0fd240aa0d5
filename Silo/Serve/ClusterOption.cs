using ActorCsi.Kubernetes.Access;

namespace ActorCsi.Silo.Serve;

/// <summary>What <c>--kubernetes</c> means.</summary>
internal static class ClusterOption
{
    public const string Auto = "auto";
    private const string Off = "off";

    /// <summary>The way to the API server; null when there is none to be asked.</summary>
    /// <exception cref="KubeConfigException">The kubeconfig cannot be used.</exception>
    public static ClusterAccess? Access(string option, TimeProvider time) => option switch
    {
        Auto => InCluster.Find(time),
        Off => null,
        var path => KubeConfig.Read(path, time),
    };
}
