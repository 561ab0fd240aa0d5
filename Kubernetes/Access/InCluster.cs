using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Kubernetes.Access;

/// <summary>What kubelet gives a pod: a directory with token, authority and namespace, and two variables that say where the API server is.</summary>
public static class InCluster
{
    /// <summary>Where kubelet puts the service account's files.</summary>
    public const string Directory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The access that this pod was given; null when the process is in no pod, or in one without a service-account token.</summary>
    /// <param name="time">The clock by which the token is read again.</param>
    /// <param name="directory">Where the service account's files are.</param>
    /// <param name="variable">Looks up an environment variable.</param>
    public static ClusterAccess? Find(TimeProvider time, string directory = Directory, Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        var (token, authority, @namespace) = (Path.Combine(directory, "token"), Path.Combine(directory, "ca.crt"), Path.Combine(directory, "namespace"));
        if (Server(variable) is not { } server || !File.Exists(token))
            return null;
        return new ClusterAccess
        {
            Server = server,
            Source = "the pod's service account",
            Namespace = File.Exists(@namespace) ? File.ReadAllText(@namespace).Trim() : "default",
            Token = new TokenFile(token, time),
            Authorities = () => Authorities(authority),
        };
    }

    /// <summary>Where the API server is for a pod; null where the process is in none.</summary>
    /// <param name="variable">Looks up an environment variable.</param>
    public static Uri? Server(Func<string, string?> variable)
        => (variable("KUBERNETES_SERVICE_HOST"), variable("KUBERNETES_SERVICE_PORT")) is ({ Length: > 0 } host, { Length: > 0 } port)
            ? new Uri($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}/")
            : null;

    private static X509Certificate2Collection Authorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities;
    }
}
