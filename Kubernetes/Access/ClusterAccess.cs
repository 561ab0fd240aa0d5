using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Kubernetes.Access;

/// <summary>Where the API server is and how one proves who one is: from the pod's service account or from a kubeconfig.</summary>
public sealed record ClusterAccess
{
    /// <summary>The API server, such as <c>https://10.96.0.1:443/</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>Where this was learned, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>The namespace that is meant when none is said: the pod's own, or the context's.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The bearer token; null when there is none.</summary>
    public TokenSource? Token { get; init; }

    /// <summary>The authorities that may vouch for the server, asked for at every new connection, so that a change is followed; null for the system's.</summary>
    public Func<X509Certificate2Collection>? Authorities { get; init; }

    /// <summary>The client's certificate and key; null when there is none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>The name that the server's certificate must have, when it is not the host's; null when it is.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Whether the server may be anyone at all. For development.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>The proxy, with its user and password if it wants some; null for none. A pod goes to its own cluster's server without one, whatever the environment says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Without anything secret.</summary>
    public override string ToString() => $"{Server} ({Source})";
}
