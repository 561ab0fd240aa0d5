using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Providers.Certificates;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>
/// An authority of the node's own, made when the first certificate is asked for and kept in one file with its key: the two can never be
/// parted, whatever happens in between.
/// </summary>
/// <remarks>
/// Made exactly once: where two processes make one at the same time the second finds the first one's and uses it. A file that cannot be used is set aside.
/// </remarks>
internal sealed class LocalAuthority(string directory, TimeProvider time, ILogger<LocalAuthority> log) : IAuthoritySource
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);
    private const int Years = 10;

    private readonly string _path = Path.Combine(directory, "ca.pem");
    private readonly Lock _gate = new();
    private CertificateAuthority? _inForce;

    /// <inheritdoc/>
    public CertificateAuthority Current()
    {
        lock (_gate)
        {
            if (_inForce is { } authority && time.GetUtcNow() < authority.NotAfter)
                return authority;
            try
            {
                _inForce = Read() ?? Make();
                Log.AuthorityRead(log, _inForce.Subject, _path, _inForce.NotAfter);
                return _inForce;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new VolumeException(VolumeError.Internal, $"pki: the authority's file {_path} cannot be used: {e.Message}");
            }
        }
    }

    /// <summary>The authority in the file; null when there is no file, or one that had to be set aside.</summary>
    private CertificateAuthority? Read()
    {
        if (!File.Exists(_path))
            return null;
        try
        {
            using var pem = PemFile.Read(_path);
            return AuthorityPem.Read(pem.Text, pem.Text, trusted: null, time.GetUtcNow());
        }
        catch (AuthorityFault fault)
        {
            Log.AuthoritySetAside(log, _path, fault.Message, PrivateFile.SetAside(_path, time.GetUtcNow()));
            return null;
        }
    }

    private CertificateAuthority Make()
    {
        var pem = NewPair();
        try
        {
            PrivateFile.Make(_path, pem);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
        return Read() ?? throw new IOException("it was written and cannot be read");
    }

    /// <summary>A self-signed certificate and its key, as PEM.</summary>
    private byte[] NewPair()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serial = RandomNumberGenerator.GetBytes(16);
        // A name of its own: a verifier that trusts several nodes must be able to tell their authorities apart.
        var request = new CertificateRequest($"CN=ActorCsi local CA {Convert.ToHexStringLower(serial.AsSpan(0, 8))}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        using var certificate = request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - ClockSkew, now.AddYears(Years), serial);

        var keyPem = Pem.WriteSecret("PRIVATE KEY", key.ExportPkcs8PrivateKey());
        try
        {
            return [.. keyPem.Expose(), .. Pem.Write("CERTIFICATE", certificate.RawData)];
        }
        finally
        {
            keyPem.Erase();
        }
    }
}
