namespace ActorCsi.Grains.Providers.Azure;

/// <summary>What a vault keeps: three kinds of things, each under a path of its own.</summary>
/// <param name="Word">objectType of a class, and what ids in status begin with.</param>
/// <param name="Path">Where it is in the REST API.</param>
internal sealed record KeyVaultKind(string Word, string Path)
{
    /// <summary>A text; or a certificate with its private key, whose public parts are also a <see cref="Key"/> and a <see cref="Certificate"/> of the same name.</summary>
    public static readonly KeyVaultKind Secret = new("secret", "secrets");

    /// <summary>A key, of which only the public half ever leaves the vault.</summary>
    public static readonly KeyVaultKind Key = new("key", "keys");

    /// <summary>A certificate, without what leads up to its authority.</summary>
    public static readonly KeyVaultKind Certificate = new("cert", "certificates");

    private static readonly KeyVaultKind[] All = [Secret, Key, Certificate];

    /// <summary>The kind that a class calls so; null when there is none.</summary>
    public static KeyVaultKind? Find(string word) => All.FirstOrDefault(kind => kind.Word == word);
}
