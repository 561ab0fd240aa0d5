using ActorCsi.Grains.Tokens;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>One volume's request for a certificate; one for each source of a volume whose class lists several. The key is of <see cref="CertificateVolumes"/>.</summary>
[Alias("ActorCsi.ICertificateRequestGrain")]
internal interface ICertificateRequestGrain : IGrainWithStringKey
{
    /// <summary>
    /// A certificate and its key: of a request that is made now, or of one that was made for the same order and of which the volume has not had the certificate yet.
    /// The caller owns the key.
    /// </summary>
    /// <exception cref="VolumeException">There is none, or none yet.</exception>
    [Alias("Issue")]
    [ResponseTimeout("00:05:00")]
    Task<IssuedCertificate> Issue(CertificateCall call, CancellationToken cancellationToken);

    /// <summary>The volume is gone, or never came to be. If it does not come again soon, the request and its key are forgotten.</summary>
    [Alias("Release")]
    Task Release();
}

/// <summary>A volume wants a certificate.</summary>
/// <param name="Order">What it wants.</param>
/// <param name="Token">The pod's token for the API server; null to ask as the driver.</param>
/// <param name="Held">The serial number of the certificate that the volume shows; null for none.</param>
/// <param name="Patience">How long to wait for a decision.</param>
/// <param name="Key">The private key (PKCS#8) for a new request; null to make one. The caller keeps it.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.CertificateCall")]
internal sealed record CertificateCall(
    [property: Id(0)] CertificateOrder Order,
    [property: Id(1)] PodToken? Token,
    [property: Id(2)] string? Held,
    [property: Id(3)] TimeSpan Patience,
    [property: Id(4)] Secret? Key = null);

/// <summary>What was issued: key and certificate are always a pair.</summary>
/// <param name="Certificate">Certificate and chain, as PEM.</param>
/// <param name="Authority">The certificates to trust, as PEM; empty where the issuer does not say.</param>
/// <param name="Key">The private key (PKCS#8).</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.IssuedCertificate")]
internal sealed record IssuedCertificate(
    [property: Id(0)] byte[] Certificate,
    [property: Id(1)] byte[] Authority,
    [property: Id(2)] Secret Key);
