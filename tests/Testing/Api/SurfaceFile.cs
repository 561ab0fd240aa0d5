using System.Text;

namespace ActorCsi.Testing.Api;

/// <summary>A SURFACE.md: every public type and member of an assembly, checked in, so that a change shows up in review.</summary>
/// <param name="path">The file.</param>
/// <param name="introduction">What stands above the list, with the line break that ends it.</param>
/// <param name="types">The types that there are.</param>
public sealed class SurfaceFile(string path, string introduction, IEnumerable<ApiType> types)
{
    /// <summary>What is written and no longer there (<c>- …</c>), and what is there and not written (<c>+ …</c>); null when the file is true to the letter. Written anew first where ACTORCSI_UPDATE_SURFACE=1.</summary>
    public string? Difference()
    {
        var real = Describe();
        if (Environment.GetEnvironmentVariable("ACTORCSI_UPDATE_SURFACE") == "1")
            File.WriteAllText(path, real);
        var written = File.ReadAllText(path);
        if (written == real)
            return null;
        var (before, after) = (written.Split('\n'), real.Split('\n'));
        return string.Join('\n', before.Except(after).Select(line => "- " + line).Concat(after.Except(before).Select(line => "+ " + line)));
    }

    private string Describe()
    {
        var text = new StringBuilder(introduction);
        foreach (var byNamespace in types.GroupBy(type => type.Namespace).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append($"\n## {byNamespace.Key}\n\n```csharp\n");
            foreach (var type in byNamespace)
            {
                text.Append($"{type.Declaration}\n");
                foreach (var member in type.Members)
                    text.Append($"    {member}\n");
            }
            text.Append("```\n");
        }
        return text.ToString();
    }
}
