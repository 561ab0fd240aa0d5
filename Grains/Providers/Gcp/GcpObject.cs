using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>One entry of <c>parameters.secrets</c>.</summary>
internal sealed record GcpObject
{
    /// <summary>resourceName.</summary>
    public required GcpResource Resource { get; init; }

    /// <summary>path, or its older name fileName: the file; with <see cref="AllKeys"/> or <see cref="Files"/> their directory, and may be empty.</summary>
    public required string Path { get; init; }

    /// <summary>mode.</summary>
    public int Mode { get; init; } = SecretFile.DefaultMode;

    /// <summary>extractJSONKey or extractYAMLKey; empty for the whole content.</summary>
    public string Key { get; init; } = "";

    /// <summary>Whether the content is to be read as YAML and not as JSON.</summary>
    public bool IsYaml { get; init; }

    /// <summary>decodeBase64: whether what was found is base64 of what is wanted.</summary>
    public bool IsBase64 { get; init; }

    /// <summary>allKeys: a file for each key at the top.</summary>
    public bool AllKeys { get; init; }

    /// <summary>files: a file for each name, with the value of that key.</summary>
    public ImmutableArray<(string Name, string Key)> Files { get; init; } = [];

    /// <summary>Whether it makes more than one file.</summary>
    public bool IsSeveral => AllKeys || !Files.IsEmpty;

    /// <summary>Where one of several files goes.</summary>
    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}/{name}";
}
