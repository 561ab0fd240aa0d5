using System.Text.Json.Serialization;

namespace ActorCsi.Kubernetes.Kinds;

/// <summary>cert-manager.io/v1 CertificateRequest, as far as it is used.</summary>
public sealed record V1CertificateRequest : KubernetesObject
{
    /// <summary>What is asked for.</summary>
    public V1CertificateRequestSpec? Spec { get; init; }

    /// <summary>What became of it.</summary>
    public V1CertificateRequestStatus? Status { get; init; }
}

/// <summary>spec of a CertificateRequest.</summary>
public sealed record V1CertificateRequestSpec
{
    /// <summary>The PKCS#10 request, as PEM.</summary>
    public byte[]? Request { get; init; }

    /// <summary>Who is to issue.</summary>
    public V1IssuerRef? IssuerRef { get; init; }

    /// <summary>How long the certificate shall be good for, as Go writes durations.</summary>
    public string? Duration { get; init; }

    /// <summary>Whether it shall be able to sign others.</summary>
    [JsonPropertyName("isCA")]
    public bool? IsCa { get; init; }

    /// <summary>What it shall be good for.</summary>
    public IReadOnlyList<string>? Usages { get; init; }
}

/// <summary>A reference to an issuer.</summary>
public sealed record V1IssuerRef
{
    /// <summary>The issuer's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Its API group.</summary>
    public string? Group { get; init; }
}

/// <summary>status of a CertificateRequest.</summary>
public sealed record V1CertificateRequestStatus
{
    /// <summary>Approved, Denied, Ready, InvalidRequest.</summary>
    public IReadOnlyList<V1Condition>? Conditions { get; init; }

    /// <summary>The certificate and what leads up to a root, as PEM.</summary>
    public byte[]? Certificate { get; init; }

    /// <summary>The certificates to trust, as PEM.</summary>
    [JsonPropertyName("ca")]
    public byte[]? Authority { get; init; }
}
