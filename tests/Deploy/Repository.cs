using System.Xml.Linq;

namespace ActorCsi.Tests.Deploy;

/// <summary>The files of the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetDirectoryName(Rendering.Folder)!;

    /// <summary>The version that is built.</summary>
    public static string Version { get; } = XDocument.Load(In("Directory.Build.props")).Descendants("Version").Single().Value;

    public static string In(string path) => Path.Combine(Root, path);
}
