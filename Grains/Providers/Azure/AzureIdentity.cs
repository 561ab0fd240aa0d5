using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>
/// Whose login it is, where and how: two fetches with equal accounts share one. All of it is in the class, the service account and the pod's identity; none of it is secret.
/// </summary>
internal sealed record AzureAccount
{
    /// <summary>How the login is done.</summary>
    public required AzureSignIn SignIn { get; init; }

    /// <summary>The namespace of the pods.</summary>
    public required string PodNamespace { get; init; }

    /// <summary>The service account of the pods.</summary>
    public required string ServiceAccount { get; init; }

    /// <summary>The pod, where who answers tells pods of one service account apart; else empty.</summary>
    public string PodName { get; init; } = "";

    /// <summary>Where the login is.</summary>
    public required HttpEndpoint Authority { get; init; }

    /// <summary>The directory; empty where the login needs none.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Which application or managed identity; empty for the node's own.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>What the login is for: the vaults of a cloud.</summary>
    public required string Resource { get; init; }

    /// <summary>Which password, without saying it; empty where there is none.</summary>
    public string PasswordDigest { get; init; } = "";

    /// <summary>For messages.</summary>
    public override string ToString() => SignIn switch
    {
        AzureSignIn.Machine => ClientId.Length == 0 ? "the node's managed identity" : $"the node's managed identity '{Words.Clip(ClientId)}'",
        AzureSignIn.AadPodIdentity => $"the identity that aad-pod-identity has for pod {PodNamespace}/{PodName}",
        _ => $"identity '{Words.Clip(ClientId)}'",
    };
}

/// <summary>How a login is done.</summary>
internal enum AzureSignIn
{
    /// <summary>By the pod's token (workload identity federation).</summary>
    Federated,

    /// <summary>By an application's password, out of the Secret of nodePublishSecretRef.</summary>
    Password,

    /// <summary>By the metadata service of the machine that the driver runs on.</summary>
    Machine,

    /// <summary>By aad-pod-identity on the node.</summary>
    AadPodIdentity,
}

/// <summary>An account and what proves it.</summary>
/// <param name="Account">The account.</param>
/// <param name="Proof">The pod's token or the password; null where the node itself is the proof. Belongs to the request.</param>
internal sealed record AzureIdentity(AzureAccount Account, Secret? Proof);
