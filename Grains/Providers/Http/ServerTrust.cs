using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>
/// Which servers are believed: those whose certificate comes from the given authorities and none other. The files are looked at before
/// each call and read again when they have changed; when they cannot be read, the last good ones stay in force.
/// </summary>
internal sealed class ServerTrust(string? file, string? directory)
{
    private readonly Lock _gate = new();
    private List<(string Path, FileStamp? Stamp)>? _read;
    private X509Certificate2Collection? _roots;

    /// <summary>The authorities as the files have them now; the same object as long as they stay the same.</summary>
    /// <exception cref="VolumeException">There are no authorities that could be used.</exception>
    public X509Certificate2Collection Current()
    {
        lock (_gate)
        {
            // The stamps are taken first: what changes while it is read shows at the next call.
            var files = Files().Select(path => (path, FileStamp.Of(path))).ToList();
            if (_roots is not null && _read!.SequenceEqual(files))
                return _roots;
            try
            {
                _roots = Read(files.Select(one => one.path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                if (_roots is null)
                    throw new VolumeException(VolumeError.Invalid, $"the CA certificates in {file ?? directory} cannot be read: {e.Message}");
            }
            _read = files;
            return _roots;
        }
    }

    /// <summary>The check of a TLS handshake (<see cref="RemoteCertificateValidationCallback"/>): name as the system found it, chain up to one of ours.</summary>
    /// <exception cref="AuthenticationException">The server is not believed, and why: it reaches the user.</exception>
    public bool Check(object sender, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf)
            throw new AuthenticationException("the server showed no certificate");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            throw new AuthenticationException($"the server's certificate is for {Names(leaf)}");

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // id-kp-serverAuth
        chain.ChainPolicy.ExtraStore.AddRange(presented?.ChainPolicy.ExtraStore ?? []);
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots!);
        if (!chain.Build(leaf))
            throw new AuthenticationException($"the server's certificate is not trusted: {string.Join(", ", chain.ChainStatus.Select(status => status.Status))}; it must come from an authority in {file ?? directory}");
        return true;
    }

    /// <summary>The same with the machine's own authorities, for its clear words.</summary>
    public static bool CheckWithSystem(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors is SslPolicyErrors.None)
            return true;
        throw new AuthenticationException(errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && certificate is X509Certificate2 leaf
            ? $"the server's certificate is for {Names(leaf)}"
            : $"the server's certificate is not trusted: {string.Join(", ", chain?.ChainStatus.Select(status => status.Status) ?? [])}; if it comes from an authority of your own, name that authority's file in the class");
    }

    private IEnumerable<string> Files()
    {
        if (file is not null)
            yield return file;
        if (directory is not null && Directory.Exists(directory))
            foreach (var path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
                yield return path;
    }

    private static X509Certificate2Collection Read(IEnumerable<string> paths)
    {
        var roots = new X509Certificate2Collection();
        foreach (var path in paths)
            roots.ImportFromPem(File.ReadAllText(path));
        return roots.Count > 0 ? roots : throw new CryptographicException("there is no certificate in PEM");
    }

    private static string Names(X509Certificate2 leaf)
    {
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())));
        return Words.Quoted(names.DefaultIfEmpty(leaf.Subject).Take(10));
    }
}
