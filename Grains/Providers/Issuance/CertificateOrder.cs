using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>A certificate that somebody in the cluster is asked for: everything but the key.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.CertificateOrder")]
public sealed record CertificateOrder
{
    /// <summary>Which kind of request it becomes.</summary>
    [Id(0)]
    public required RequestKind Kind { get; init; }

    /// <summary>Who issues it.</summary>
    [Id(1)]
    public required CertificateIssuer Issuer { get; init; }

    /// <summary>Whom it is for: the request is the pod's and goes with it.</summary>
    [Id(2)]
    public required PodIdentity Pod { get; init; }

    /// <summary>The kind of the key pair: <c>rsa-2048</c>.</summary>
    [Id(3)]
    public required string KeyType { get; init; }

    /// <summary>The subject, in DER (a sequence of relative names); an empty sequence for none.</summary>
    [Id(4)]
    public required ImmutableArray<byte> Subject { get; init; }

    /// <summary>DNS names.</summary>
    [Id(5)]
    public ImmutableArray<string> DnsNames { get; init; } = [];

    /// <summary>IP addresses.</summary>
    [Id(6)]
    public ImmutableArray<string> IpAddresses { get; init; } = [];

    /// <summary>URIs.</summary>
    [Id(7)]
    public ImmutableArray<string> Uris { get; init; } = [];

    /// <summary>How long it shall be good for; the issuer may think otherwise. Null leaves it to the issuer.</summary>
    [Id(8)]
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether it shall be able to sign others.</summary>
    [Id(9)]
    public bool IsAuthority { get; init; }

    /// <summary>What it shall be good for, in the words of Kubernetes: <c>server auth</c>.</summary>
    [Id(10)]
    public ImmutableArray<string> Usages { get; init; } = [];

    /// <summary>Annotations of the request, for approvers and issuers.</summary>
    [Id(11)]
    public StringMap Annotations { get; init; } = StringMap.Empty;

    /// <summary>Whether a certificate that does not bear all of the names is refused; else the names are the issuer's affair.</summary>
    [Id(12)]
    public bool InsistsOnNames { get; init; }

    /// <summary>A short name for all of this: two orders of one fingerprint are the same.</summary>
    internal string Fingerprint()
        => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, CertificateOrderJsonContext.Default.CertificateOrder)).AsSpan(0, 16));
}

/// <summary>The kinds of requests that there are.</summary>
[GenerateSerializer, Alias("ActorCsi.RequestKind")]
public enum RequestKind
{
    /// <summary>CertificateRequest of <c>cert-manager.io/v1</c>, in the pod's namespace.</summary>
    CertManager,

    /// <summary>CertificateSigningRequest of <c>certificates.k8s.io/v1</c>.</summary>
    Kubernetes,
}

/// <summary>Who issues.</summary>
/// <param name="Group">cert-manager: the API group of the issuer. Else empty.</param>
/// <param name="Kind">cert-manager: <c>Issuer</c>, <c>ClusterIssuer</c> or that of an external issuer. Else empty.</param>
/// <param name="Name">The issuer's name, or the signer's.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.CertificateIssuer")]
public sealed record CertificateIssuer([property: Id(0)] string Group, [property: Id(1)] string Kind, [property: Id(2)] string Name)
{
    /// <summary><c>Issuer ca</c>, <c>AWSPCAIssuer.awspca.cert-manager.io ca</c>, <c>signer example.com/web</c></summary>
    public override string ToString() => Kind.Length == 0 ? $"signer {Words.Clip(Name)}" : $"{Words.Clip(Group is "" or "cert-manager.io" ? Kind : $"{Kind}.{Group}")} {Words.Clip(Name)}";
}

[JsonSerializable(typeof(CertificateOrder))]
internal sealed partial class CertificateOrderJsonContext : JsonSerializerContext;
