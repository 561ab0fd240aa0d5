using ActorCsi.Grains.Tokens;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>Requests of one kind, in the cluster's API.</summary>
public interface ICertificateRequests
{
    /// <summary>The kind.</summary>
    RequestKind Kind { get; }

    /// <summary>Makes the request, unless it is there, and waits until it is decided on.</summary>
    /// <exception cref="VolumeException">
    /// Nothing was decided. <see cref="VolumeError.ProviderPending"/>: not in time; any other: the request could not be made or seen. It may be waited for again.
    /// </exception>
    Task<CertificateDecision> Obtain(CertificateDraft draft, CancellationToken cancellationToken);

    /// <summary>Takes a request away that nobody waits for. One that is not there is no failure.</summary>
    /// <exception cref="VolumeException">It could not be taken away.</exception>
    Task Delete(RequestName request, CancellationToken cancellationToken);
}

/// <summary>A request that is to be made, or has been.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Order">What is asked for.</param>
/// <param name="SigningRequest">The PKCS#10 request, as PEM.</param>
/// <param name="Token">The pod's token for the API server, to make it with; null to make it as the driver.</param>
/// <param name="IsNew">Whether it was certainly not made yet.</param>
/// <param name="Patience">How long a decision is waited for.</param>
public sealed record CertificateDraft(RequestName Name, CertificateOrder Order, byte[] SigningRequest, PodToken? Token, bool IsNew, TimeSpan Patience);

/// <summary>Where a request is.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace; empty for one of the cluster.</param>
/// <param name="Name">Its name.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.RequestName")]
public sealed record RequestName([property: Id(0)] RequestKind Kind, [property: Id(1)] string Namespace, [property: Id(2)] string Name);

/// <summary>What became of a request.</summary>
/// <param name="Issued">What was issued; null when there will never be anything.</param>
/// <param name="Refusal">Why there will never be anything: denied, failed, deleted.</param>
public sealed record CertificateDecision(IssuedChain? Issued, VolumeException? Refusal);

/// <summary>What was issued.</summary>
/// <param name="Certificate">The certificate and what leads up to a root, as PEM, as the issuer wrote it.</param>
/// <param name="Authority">The certificates to trust, as PEM; empty where the issuer does not say.</param>
public sealed record IssuedChain(byte[] Certificate, byte[] Authority);
