using System.Collections.Immutable;
using System.Security.Cryptography;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Tmpfs;
using Microsoft.Extensions.Options;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// Certificates from somebody in the cluster: cert-manager's issuers, or signers of Kubernetes' own. A class becomes an order, the volume's
/// <see cref="CertificateRequestGrain"/> sees to it, and what is issued becomes files. Where only what is to be trusted has changed, certificate and key stay as the volume
/// shows them.
/// </summary>
internal sealed class IssuedCertificateProvider(
    string name, IWishReader wishes, CertificateRequester requester, IIssuerConfig issuers, IGrainFactory grains, CertificateVolumes volumes,
    Lazy<ITmpfs> tmpfs, IOptions<VolumeOptions> volumeOptions, IOptions<ProviderLimits> limits, TimeProvider time) : ISecretProvider
{
    private const string ApiServersAudience = "";

    /// <summary>What certificates to trust are called among the objects of a volume.</summary>
    private const string TrustedId = "trusted certificates";

    /// <summary>How much of a fetch's time may be spent waiting for a decision: what it waited for can then still be told.</summary>
    private const double Patience = 0.8;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass)
    {
        wishes.Read(secretClass);
        return requester is CertificateRequester.Pod ? TokenDemand.For(ApiServersAudience) : TokenDemand.None;
    }

    /// <summary>The issuer: one that is slow slows no other down.</summary>
    public string Endpoint(SecretProviderClass secretClass)
        => wishes.Read(secretClass) is { FollowsIssuer: false, Issuer: var issuer } ? $"{name} {issuer} of {secretClass.Namespace}" : $"{name} of {secretClass.Namespace}";

    /// <inheritdoc/>
    public event Action? Changed
    {
        add => wishes.TrustChanged += value;
        remove => wishes.TrustChanged -= value;
    }

    /// <inheritdoc/>
    public bool IsOutdated(SecretProviderClass secretClass, ImmutableArray<ObjectVersion> held)
        => wishes.Read(secretClass).TrustedBy?.Peek() is { } trusted && !held.IsEmpty && !held.Contains(Version(trusted));

    /// <summary>Null: each volume has its own key.</summary>
    public string? SharingKey(FetchRequest request) => null;

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var wish = wishes.Read(request.Class);
        var content = new Content(wish.Files.Password(request), wish.TrustedBy is { } keeper ? await keeper.Find(cancellationToken) : wish.Trusted);
        if (!request.IsOnDemand && request.NewerThan is { } since && IsOutdated(request.Class, request.Current)
            && CertificatePair.Shown(tmpfs.Value, request, wish.Files, wish.KeyType) is { } shown)
        {
            using (shown)
                return Bundle(wish, request.Current[0].Id, shown, content, since) with { FetchedAt = since };
        }

        var issuer = await IssuerOf(wish, request.Class, cancellationToken);
        var issued = await Issue(wish, issuer, request, cancellationToken);
        try
        {
            using var pair = CertificatePair.Of(issued, wish.KeyType);
            return Bundle(wish, issuer.ToString(), pair, content with { Trusted = content.Trusted ?? Told(issued, wish) }, time.GetUtcNow());
        }
        finally
        {
            issued.Key.Erase();
        }
    }

    /// <inheritdoc/>
    public Task Release(string volume) => volumes.Release(volume);

    /// <inheritdoc/>
    public Task Release(string volume, string source) => volumes.Release(volume, source);

    /// <inheritdoc/>
    public Task Resume() => volumes.Resume();

    private async ValueTask<CertificateIssuer> IssuerOf(CertificateWish wish, SecretProviderClass secretClass, CancellationToken cancellationToken)
        => (wish.FollowsIssuer ? await issuers.Find(cancellationToken) : null) ?? wish.Issuer
            ?? throw new VolumeException(VolumeError.NotFound, $"{secretClass.Title}: no issuer is in force: the ConfigMap of --spiffe-issuer-config-map names none, and there is no issuerName");

    private async Task<IssuedCertificate> Issue(CertificateWish wish, CertificateIssuer issuer, FetchRequest request, CancellationToken cancellationToken)
    {
        using var shown = wish.ReusesKey ? CertificatePair.Shown(tmpfs.Value, request, wish.Files, wish.KeyType) : null;
        var key = shown is null ? null : new Secret(shown.Key.ExportPkcs8PrivateKey());
        try
        {
            var call = new CertificateCall(wish.OrderFor(request.Volume.Pod, issuer, request.Class), request.Tokens[ApiServersAudience],
                request.Current.IsEmpty ? null : request.Current[0].Version, limits.Value.Timeout * Patience, key);
            return await grains.GetGrain<ICertificateRequestGrain>(CertificateVolumes.Key(request.Volume.VolumeId, request.Source)).Issue(call, cancellationToken);
        }
        finally
        {
            key?.Erase();
        }
    }

    /// <param name="wish">What the class asks for.</param>
    /// <param name="issuer">Who issued the certificate, as object versions name it.</param>
    /// <param name="pair">The certificate and its key.</param>
    /// <param name="content">What else there is to write.</param>
    /// <param name="since">When the certificate came to be of use.</param>
    private SecretBundle Bundle(CertificateWish wish, string issuer, CertificatePair pair, Content content, DateTimeOffset since)
    {
        var end = IssuedChains.End(pair.Certificate);
        var certificate = new ObjectVersion(issuer, pair.Certificate.SerialNumber);
        return new SecretBundle
        {
            Files = wish.Files.Write(pair.Certificate, pair.Key, pair.Chain.Skip(1), [.. pair.Pem], content.Trusted is { } trusted ? [.. trusted] : null, content.Password),
            Objects = wish.TrustedBy is null ? [certificate] : [certificate, Version(content.Trusted!)],
            ExpiresAt = end,
            RefreshAt = wish.RenewBefore is { } before ? Renewal.Before(since, end, before, volumeOptions.Value.Chance()) : null,
            RefreshWindow = LifeWindow.TwoThirds,
            NeedsNoPolling = true,
            Group = wish.Group,
        };
    }

    /// <summary>What the issuer says is to be trusted; null where it says nothing and nobody expects a file.</summary>
    private static byte[]? Told(IssuedCertificate issued, CertificateWish wish) => issued.Authority.Length > 0 || wish.WritesEmptyAuthority ? issued.Authority : null;

    private static ObjectVersion Version(byte[] trusted) => new(TrustedId, Convert.ToHexStringLower(SHA256.HashData(trusted).AsSpan(0, 8)));

    /// <summary>What is written beside certificate and key.</summary>
    private readonly record struct Content(Secret? Password, byte[]? Trusted);
}

/// <summary>As whom certificates are requested.</summary>
public enum CertificateRequester
{
    /// <summary>As the pod, with its own token: approvers see who wants the certificate.</summary>
    Pod,

    /// <summary>As the driver, for pods whose service accounts may not make requests.</summary>
    Driver,
}
