using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>One entry of <c>parameters.objects</c>.</summary>
internal sealed record VaultObject
{
    /// <summary>objectName: the file, or the directory of the files, and the id in status.</summary>
    public required string Name { get; init; }

    /// <summary>secretPath, method and secretArgs.</summary>
    public required VaultRead Read { get; init; }

    /// <summary>secretKey: the key whose value is the file; empty for the whole answer.</summary>
    public string Key { get; init; } = "";

    /// <summary>filePermission.</summary>
    public int Mode { get; init; } = SecretFile.DefaultMode;

    /// <summary>encoding: how the value is to be decoded.</summary>
    public VaultEncoding Encoding { get; init; }

    /// <summary>allKeys: a file for each key of the secret.</summary>
    public bool AllKeys { get; init; }

    /// <summary>files: a file for each name, made of the values of these keys.</summary>
    public ImmutableArray<VaultPart> Parts { get; init; } = [];

    /// <summary>The object as the plugin writes it into the bytes that versions are made of.</summary>
    public required string PluginJson { get; init; }

    /// <summary>Where <see cref="Parts"/> and keys go: below the object's name, or where that is empty, at the top.</summary>
    public string FileName(string name) => Name.Length == 0 ? name : $"{Name}/{name}";
}

/// <summary>One file of several: the values of <paramref name="Keys"/>, one after the other.</summary>
internal readonly record struct VaultPart(string File, ImmutableArray<string> Keys);

/// <summary>How a value is written in the secret.</summary>
internal enum VaultEncoding
{
    Utf8,
    Base64,
    Hex,
}
