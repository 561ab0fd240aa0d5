namespace ActorCsi.Grains.Providers.Azure;

/// <summary>One question to a vault. Two objects of a class with equal reads are one question.</summary>
/// <param name="Kind">What is read.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version; empty for the current one.</param>
internal sealed record KeyVaultRead(KeyVaultKind Kind, string Name, string Version)
{
    private const string ApiVersion = "api-version=7.4";

    /// <summary>Relative to the vault's address. Without a version the slash stays, as all of the vendor's clients have it.</summary>
    public string Path => $"{Kind.Path}/{Name}/{Version}?{ApiVersion}";

    /// <summary>The path of the list of all versions, its first page.</summary>
    public string VersionsPath => $"{Kind.Path}/{Name}/versions?{ApiVersion}";

    /// <summary>For messages: <c>secret/password</c>, with the version where the class names one.</summary>
    public override string ToString() => Version.Length == 0 ? $"{Kind.Word}/{Name}" : $"{Kind.Word}/{Name} version {Version}";
}
