using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>
/// An authority given as files: a mounted Secret, or what another program renews. Read again whenever a file has changed; a pair that
/// cannot be used is refused and reported, and the last good one stays in force.
/// </summary>
internal sealed class GivenAuthority(AuthorityFiles files, TimeProvider time, ILogger<GivenAuthority> log) : IAuthoritySource
{
    private readonly Lock _gate = new();
    private (FileStamp? Certificate, FileStamp? Key, FileStamp? Trusted)? _tried;
    private CertificateAuthority? _inForce;
    private string? _fault;

    /// <inheritdoc/>
    public CertificateAuthority Current()
    {
        lock (_gate)
        {
            // The stamps are taken first: what changes while it is read shows at the next call.
            var stamps = (FileStamp.Of(files.Certificate), FileStamp.Of(files.Key), files.Trusted is { } path ? FileStamp.Of(path) : null);
            if (_tried != stamps)
                Read();
            _tried = stamps;
            return _inForce ?? throw new VolumeException(VolumeError.ProviderFailed, $"pki: the certificate authority cannot be used: {_fault}");
        }
    }

    private void Read()
    {
        try
        {
            using var key = PemFile.Read(files.Key);
            var trusted = files.Trusted is { } path ? File.ReadAllText(path) : null;
            // The one before is not disposed: a fetch in another thread may be signing with it.
            _inForce = AuthorityPem.Read(File.ReadAllText(files.Certificate), key.Text, trusted, time.GetUtcNow());
            Log.AuthorityRead(log, _inForce.Subject, files.Certificate, _inForce.NotAfter);
        }
        catch (Exception e) when (e is AuthorityFault or IOException or UnauthorizedAccessException)
        {
            _fault = $"{files.Certificate} with {files.Key}: {e.Message}";
            Log.AuthorityRefused(log, _fault, _inForce is null ? "there is none" : $"'{_inForce.Subject}' stays in force");
        }
    }
}

/// <summary>The files of a given authority.</summary>
/// <param name="Certificate">PEM: the authority's certificate, then what leads up to a root.</param>
/// <param name="Key">PEM: its private key.</param>
/// <param name="Trusted">PEM: what pods shall trust, where that is not the root in <paramref name="Certificate"/>; null otherwise.</param>
internal sealed record AuthorityFiles(string Certificate, string Key, string? Trusted);
