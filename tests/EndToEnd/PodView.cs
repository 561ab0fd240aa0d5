using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>What a pod sees of a volume at one moment.</summary>
/// <param name="Mount">The kernel's id of the mount.</param>
/// <param name="Entries">Everything in it: device, inode, owner, mode, path and, of links, where to, one a line.</param>
/// <param name="Content">The files that users see, by name, with their content in base64.</param>
internal sealed record PodView(string Mount, string Entries, SortedDictionary<string, string> Content)
{
    /// <summary>The names that readers do not look at: the link, the generations, whatever was left.</summary>
    public string[] Hidden { get; private init; } = [];

    /// <summary>Whether there is no more than the generation that is shown, perhaps the one before it, and the link.</summary>
    public bool IsTidy => Hidden.Length is 2 or 3 && Hidden[^1] == "..data";

    /// <summary>Reads <paramref name="target"/>; null where nothing is mounted.</summary>
    public static PodView? Of(TestNode node, string target)
    {
        if (node.Mount(target) is not { } mount)
            return null;
        var seen = node.Seen(target);
        var names = Directory.EnumerateFileSystemEntries(seen).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToList();
        // As a careful program does: resolve ..data once and read there, for the volume may be refreshed meanwhile.
        var generation = Path.Combine(seen, new FileInfo(Path.Combine(seen, "..data")).LinkTarget ?? "");
        var content = names.Where(name => !name.StartsWith("..", StringComparison.Ordinal))
            .ToDictionary(name => name, name => Convert.ToBase64String(File.ReadAllBytes(Path.Combine(generation, name))));
        var entries = node.Run("find", target, "-printf", "%D %i %U %G %m %P %l\\n").Split('\n').Order(StringComparer.Ordinal);
        return new PodView(mount.Id, string.Join('\n', entries), new(content, StringComparer.Ordinal)) { Hidden = [.. names.Where(name => name.StartsWith("..", StringComparison.Ordinal))] };
    }

    /// <summary>Fails unless the mount, every inode and every byte are those of <paramref name="other"/>.</summary>
    public void CheckSameAs(PodView other)
    {
        Assert.Equal(other.Mount, Mount);
        Assert.Equal(other.Entries, Entries);
        Assert.Equal(other.Content, Content);
    }

    /// <summary>Fails unless there are a certificate, its own key and the authority's certificate.</summary>
    public void CheckIsPair()
    {
        Assert.Equal(["ca.crt", "tls.crt", "tls.key"], Content.Keys);
        using var pair = X509Certificate2.CreateFromPem(Text("tls.crt"), Text("tls.key")); // throws when they do not belong together
        Assert.True(pair.HasPrivateKey);
        using var authority = X509CertificateLoader.LoadCertificate(PemBytes(Text("ca.crt")));
        Assert.Equal(authority.SubjectName.RawData, pair.IssuerName.RawData);
    }

    private string Text(string name) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(Content[name]));

    private static byte[] PemBytes(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
}
