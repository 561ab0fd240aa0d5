using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// Who logs in, where and how: two fetches with equal accounts share a login. Everything that the login depends on is in it, so that nothing that differs
/// is shared; none of it is secret.
/// </summary>
internal sealed record GcpAccount(GcpAuth Auth)
{
    /// <summary>The namespace of the pods; empty for what is nobody's own.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The service account of the pods.</summary>
    public string ServiceAccount { get; init; } = "";

    /// <summary>The uid of the pod, where each is to have a login of its own; else empty.</summary>
    public string PodUid { get; init; } = "";

    /// <summary>The pool; null where no pod's token is shown.</summary>
    public WorkloadPool? Pool { get; init; }

    /// <summary>The token service that the pod's token is shown to.</summary>
    public Uri? TokenService { get; init; }

    /// <summary>The service account of Google's that the pod acts as; empty for none.</summary>
    public string ActsAs { get; init; } = "";

    /// <summary>Service accounts in between, joined by spaces.</summary>
    public string Delegates { get; init; } = "";

    /// <summary>A digest of key.json.</summary>
    public string KeyDigest { get; init; } = "";

    /// <summary>How IAM calls whose login it is, for messages that say what to grant.</summary>
    public string Who => (Auth, ActsAs) switch
    {
        (_, { Length: > 0 } account) => $"serviceAccount:{account}",
        (GcpAuth.Pod, _) => Pool!.Member(Namespace, ServiceAccount),
        (GcpAuth.Key, _) => "the user of key.json",
        _ => "the driver's own account",
    };
}

/// <summary>An account, and how it logs in.</summary>
internal sealed record GcpIdentity(GcpAccount Account, Func<CancellationToken, Task<KeptLogin<Secret>>> LogIn);
