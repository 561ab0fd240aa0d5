using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>The certificate that is shown to a server, from files that another program may renew: read again when they have changed.</summary>
internal sealed class ClientCertificate(string certificateFile, string keyFile)
{
    private readonly Lock _gate = new();
    private (FileStamp?, FileStamp?)? _read;
    private SslStreamCertificateContext? _context;

    /// <summary>The pair as the files have it now; the same object as long as they stay the same.</summary>
    /// <exception cref="VolumeException">There is no pair that could be used.</exception>
    public SslStreamCertificateContext Current()
    {
        lock (_gate)
        {
            var stamps = (FileStamp.Of(certificateFile), FileStamp.Of(keyFile));
            if (_read != stamps)
            {
                try
                {
                    _context = Read();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
                {
                    if (_context is null)
                        throw new VolumeException(VolumeError.Invalid, $"the client certificate {certificateFile} with {keyFile} cannot be used: {e.Message}");
                }
                _read = stamps;
            }
            return _context!;
        }
    }

    private SslStreamCertificateContext Read()
    {
        var leaf = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(certificateFile);
        return SslStreamCertificateContext.Create(leaf, [.. all.Skip(1)], offline: true);
    }
}
