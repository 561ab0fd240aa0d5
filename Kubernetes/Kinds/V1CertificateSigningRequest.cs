namespace ActorCsi.Kubernetes.Kinds;

/// <summary>certificates.k8s.io/v1 CertificateSigningRequest, as far as it is used.</summary>
public sealed record V1CertificateSigningRequest : KubernetesObject
{
    /// <summary>What is asked for.</summary>
    public V1CertificateSigningRequestSpec? Spec { get; init; }

    /// <summary>What became of it.</summary>
    public V1CertificateSigningRequestStatus? Status { get; init; }
}

/// <summary>spec of a CertificateSigningRequest.</summary>
public sealed record V1CertificateSigningRequestSpec
{
    /// <summary>The PKCS#10 request, as PEM.</summary>
    public byte[]? Request { get; init; }

    /// <summary>Who is to sign.</summary>
    public string? SignerName { get; init; }

    /// <summary>How long the certificate shall be good for, 600 or more; the signer may think otherwise.</summary>
    public int? ExpirationSeconds { get; init; }

    /// <summary>What it shall be good for.</summary>
    public IReadOnlyList<string>? Usages { get; init; }
}

/// <summary>status of a CertificateSigningRequest.</summary>
public sealed record V1CertificateSigningRequestStatus
{
    /// <summary>Approved, Denied, Failed.</summary>
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>The certificate and what leads up to a root, as PEM.</summary>
    public byte[]? Certificate { get; init; }
}
