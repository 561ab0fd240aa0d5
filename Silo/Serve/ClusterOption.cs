using ActorCsi.Kubernetes.Access;

namespace ActorCsi.Silo.Serve;

/// <summary>What <c>--kubernetes</c> means.</summary>
internal static class ClusterOption
{
    public const string Auto = "auto";
    private const string Off = "off";

    /// <summary>The way to the API server; null when there is none to be asked.</summary>
    /// <param name="option">What was said.</param>
    /// <param name="time">The clock.</param>
    /// <param name="at">Where a path of the driver's is for us; null for the driver itself.</param>
    /// <param name="variable">Looks up an environment variable of the driver's; null for the driver itself.</param>
    /// <exception cref="KubeConfigException">The kubeconfig cannot be used.</exception>
    public static ClusterAccess? Access(string option, TimeProvider time, Func<string, string>? at = null, Func<string, string?>? variable = null) => option switch
    {
        Auto => InCluster.Find(time, at?.Invoke(InCluster.Directory) ?? InCluster.Directory, variable),
        Off => null,
        var path => KubeConfig.Read(path, time, at: at, variable: variable),
    };
}
