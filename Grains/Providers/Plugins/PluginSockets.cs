using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>
/// Where plugins are found. Looked up anew each time, by one stat a directory: a plugin that appears, goes, moves to another directory or is
/// replaced needs no restart of the driver.
/// </summary>
internal sealed partial class PluginSockets(IReadOnlyList<string> directories)
{
    /// <summary>The socket of plugin <paramref name="name"/>, which is one that <see cref="IsName"/> allows, as it stands now; null when there is none.</summary>
    public PluginSocket? Find(string name)
    {
        foreach (var directory in directories)
        {
            var path = Path.Combine(directory, name + ".sock");
            if (FileStamp.Of(path) is { IsSocket: true } stamp)
                return new PluginSocket(path, stamp);
        }
        return null;
    }

    /// <summary>Where a socket of that name would be looked for.</summary>
    public string Places(string name) => directories.Count == 0 ? "nowhere" : string.Join(", ", directories.Select(directory => Path.Combine(directory, name + ".sock")));

    /// <summary>Whether a plugin can be called so: the name becomes part of a path.</summary>
    public static bool IsName(string name) => PluginName().IsMatch(name);

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,30}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PluginName();
}

/// <summary>One socket file: another file at the same path is another socket.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Stamp">Which file it is.</param>
internal sealed record PluginSocket(string Path, FileStamp Stamp);
