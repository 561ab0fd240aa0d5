namespace ActorCsi.Grains.Providers.Azure;

/// <summary>One entry of a class's objects.</summary>
internal sealed record AzureObject
{
    /// <summary>What is to be read. Where versions are wanted beside it, its version is the newest of them.</summary>
    public required KeyVaultRead Read { get; init; }

    /// <summary>The file; with several versions, their directory.</summary>
    public required string Path { get; init; }

    /// <summary>How many versions are wanted, the current or named one among them; 1 or less is that one alone.</summary>
    public int History { get; init; }

    /// <summary>Whether a certificate's secret is to stay PKCS#12; else it becomes PEM.</summary>
    public bool IsPfx { get; init; }

    /// <summary>How the value of a secret is to be decoded.</summary>
    public AzureEncoding Encoding { get; init; }

    /// <summary>Permission bits.</summary>
    public int Mode { get; init; }

    /// <summary>Whether each version has a file of its own.</summary>
    public bool HasHistory => History > 1;
}

/// <summary>What a value is written in.</summary>
internal enum AzureEncoding
{
    Utf8,
    Base64,
    Hex,
}
