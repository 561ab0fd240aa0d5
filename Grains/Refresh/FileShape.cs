namespace ActorCsi.Grains.Refresh;

/// <summary>What a file of a volume looked like when it was shown: enough to see that its successor looks wrong, and nothing of what it holds.</summary>
/// <param name="Path">The file.</param>
/// <param name="Kind">What its content parses as.</param>
/// <param name="NotBefore">When its first certificate begins to be good; null when it holds none.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.FileShape")]
public sealed record FileShape(
    [property: Id(0)] string Path,
    [property: Id(1)] FileKind Kind,
    [property: Id(2)] DateTimeOffset? NotBefore);

/// <summary>What the content of a file parses as.</summary>
[GenerateSerializer, Alias("ActorCsi.FileKind")]
public enum FileKind
{
    /// <summary>Anything: a password, a binary.</summary>
    Other,

    /// <summary>Nothing but white space.</summary>
    Empty,

    /// <summary>A JSON object or list.</summary>
    Json,

    /// <summary>PEM blocks.</summary>
    Pem,

    /// <summary>PKCS#12.</summary>
    Pkcs12,
}

/// <summary>What a whole bundle looked like.</summary>
/// <param name="Files">Its files.</param>
/// <param name="KeysMatch">Whether each private key belongs to a certificate; null when there is no pair to look at.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.BundleShape")]
public sealed record BundleShape(
    [property: Id(0)] System.Collections.Immutable.ImmutableArray<FileShape> Files,
    [property: Id(1)] bool? KeysMatch);
