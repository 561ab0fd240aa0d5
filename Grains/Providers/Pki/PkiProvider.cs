using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Refresh;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>
/// Short-lived certificates for the pod's identity, from an authority on the node: X.509-SVIDs (SPIFFE) that serve for TLS on both ends.
/// Each fetch makes a new key pair, so key and certificate are always of one issue.
/// </summary>
/// <param name="authorities">Who signs.</param>
/// <param name="keys">Makes the key pairs.</param>
/// <param name="chance">A number from 0 up to 1, for jitter.</param>
/// <param name="time">The clock.</param>
internal sealed class PkiProvider(IAuthoritySource authorities, KeyMaker keys, Func<double> chance, TimeProvider time) : ISecretProvider
{
    /// <inheritdoc/>
    public string Name => "pki";

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass)
    {
        PkiParameters.Read(secretClass);
        return TokenDemand.None;
    }

    /// <summary>Null: each volume has its own key.</summary>
    public string? SharingKey(FetchRequest request) => null;

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var parameters = PkiParameters.Read(request.Class);
        var identity = WorkloadIdentity.Of(request.Volume.Pod, parameters, new ParameterFaults(request.Class));
        var password = parameters.Files.Password(request);
        var authority = authorities.Current();
        using var key = await keys.Make(parameters.KeyType, cancellationToken);
        var now = time.GetUtcNow();
        var lifetime = Lifetime.Begin(now, parameters.Duration, authority);
        using var certificate = authority.Issue(new PublicKey(key), identity, lifetime);

        byte[] pem = [.. Pem.Write("CERTIFICATE", certificate.RawData), .. authority.ChainPem];
        return new SecretBundle
        {
            Files = parameters.Files.Write(certificate, key, authority.Chain, pem, [.. authority.TrustedPem], password),
            Objects = [new ObjectVersion(identity.SpiffeId.AbsoluteUri, certificate.SerialNumber)],
            ExpiresAt = lifetime.NotAfter,
            RefreshAt = parameters.RenewBefore is { } before ? Renewal.Before(now, lifetime.NotAfter, before, chance()) : null,
            RefreshWindow = LifeWindow.TwoThirds, // no outage to allow for: the authority is on the node
            NeedsNoPolling = true,
            Group = parameters.Group,
        };
    }
}
