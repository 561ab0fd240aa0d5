using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Refresh;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>
/// Short-lived certificates for the pod's identity, from an authority on the node: X.509-SVIDs (SPIFFE) that serve for TLS on both ends.
/// Each fetch makes a new key pair, so key and certificate are always of one issue.
/// </summary>
/// <param name="authorities">Who signs.</param>
/// <param name="time">The clock.</param>
internal sealed class PkiProvider(IAuthoritySource authorities, TimeProvider time) : ISecretProvider, IDisposable
{
    /// <summary>An RSA key takes up to seconds of a whole processor. A node full of them may have half of its processors for it.</summary>
    private readonly SemaphoreSlim _slowKeys = new(Math.Max(1, Environment.ProcessorCount / 2));

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
        var password = parameters.Pkcs12 is { } pkcs12 ? Password(pkcs12, request) : null;
        if (!parameters.KeyType.IsRsa)
            return Issue(parameters, identity, password);

        await _slowKeys.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Issue(parameters, identity, password), cancellationToken);
        }
        finally
        {
            _slowKeys.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slowKeys.Dispose();

    private SecretBundle Issue(PkiParameters parameters, WorkloadIdentity identity, Secret? password)
    {
        var authority = authorities.Current();
        using var key = parameters.KeyType.Create();
        var publicKey = new PublicKey(key); // an RSA pair comes into being here, and the life of the certificate begins after it
        var lifetime = Lifetime.Begin(time.GetUtcNow(), parameters.Duration, authority);
        using var certificate = authority.Issue(publicKey, identity, lifetime);

        var files = ImmutableArray.CreateBuilder<SecretFile>(4);
        files.Add(new SecretFile(parameters.CertificateFile, parameters.Mode, new Secret([.. Pem.Write("CERTIFICATE", certificate.RawData), .. authority.ChainPem])));
        files.Add(new SecretFile(parameters.PrivateKeyFile, parameters.PrivateKeyMode, Encode(key, parameters)));
        files.Add(new SecretFile(parameters.CaFile, parameters.Mode, new Secret([.. authority.TrustedPem])));
        if (parameters.Pkcs12 is { } pkcs12)
            files.Add(new SecretFile(pkcs12.File, parameters.PrivateKeyMode, new Secret(Pkcs12(certificate, key, authority.Chain, pkcs12.IsLegacy, password!))));

        return new SecretBundle
        {
            Files = files.ToImmutable(),
            Objects = [new ObjectVersion(identity.SpiffeId.AbsoluteUri, certificate.SerialNumber)],
            ExpiresAt = lifetime.NotAfter,
            RefreshWindow = LifeWindow.TwoThirds, // no outage to allow for: the authority is on the node
            NeedsNoPolling = true,
        };
    }

    private static Secret Encode(AsymmetricAlgorithm key, PkiParameters parameters)
        => parameters.Pkcs1 && key is RSA rsa
            ? Pem.WriteSecret("RSA PRIVATE KEY", rsa.ExportRSAPrivateKey())
            : Pem.WriteSecret("PRIVATE KEY", key.ExportPkcs8PrivateKey());

    private static byte[] Pkcs12(X509Certificate2 certificate, AsymmetricAlgorithm key, ImmutableArray<X509Certificate2> chain, bool isLegacy, Secret password)
    {
        using var withKey = key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        X509Certificate2Collection all = [withKey, .. chain];
        return all.ExportPkcs12(isLegacy ? Pkcs12ExportPbeParameters.Pkcs12TripleDesSha1 : Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, password.ExposeText());
    }

    private static Secret Password(Pkcs12Parameters pkcs12, FetchRequest request)
        => pkcs12.Password
            ?? request.NodePublishSecrets.FirstOrDefault(secret => secret.Name == PkiParameters.Pkcs12PasswordKey).Value
            ?? throw new VolumeException(VolumeError.Invalid,
                $"SecretProviderClass {request.Class.Namespace}/{request.Class.Name}: pkcs12 needs a password: give parameters.{PkiParameters.Pkcs12PasswordKey}, or that key in the Secret of nodePublishSecretRef");
}
