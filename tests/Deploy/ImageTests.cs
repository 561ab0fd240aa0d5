using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Deploy;

/// <summary>The image holds the program that is built here, and little else.</summary>
public sealed partial class ImageTests
{
    private static readonly string Dockerfile = File.ReadAllText(Repository.In("deploy/Dockerfile"));

    [Fact]
    public void Image_IsBuiltWithTheFrameworkOfTheProgram()
    {
        var framework = XDocument.Load(Repository.In("Directory.Build.props")).Descendants("TargetFramework").Single().Value;
        var images = Image().Matches(Dockerfile).ToDictionary(image => image.Groups["argument"].Value, image => (image.Groups["name"].Value, "net" + image.Groups["version"].Value));

        Assert.Equal(("sdk", framework), images["SDK"]);
        Assert.Equal(("runtime-deps", framework), images["RUNTIME"]); // the program brings its own runtime
    }

    [Fact]
    public void Image_IsTheRuntimeWithoutShell()
    {
        var last = Dockerfile[Dockerfile.LastIndexOf("\nFROM ", StringComparison.Ordinal)..].Trim();

        Assert.StartsWith("FROM ${RUNTIME}", last, StringComparison.Ordinal);
        Assert.DoesNotContain("\nRUN ", last, StringComparison.Ordinal); // there is nothing to run it
        Assert.Matches(@"\nUSER 0:0\n", last);
        Assert.Contains("-chiseled", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void Image_StartsTheProgramThatIsPublished()
    {
        var program = XDocument.Load(Repository.In("Silo/ActorCsi.Silo.csproj")).Descendants("AssemblyName").Single().Value;

        Assert.Contains("dotnet publish Silo ", Dockerfile, StringComparison.Ordinal);
        Assert.Contains($"ENTRYPOINT [\"/app/{program}\"]", Dockerfile, StringComparison.Ordinal);
    }

    /// <summary>What the Dockerfile copies and starts is there when the program is published, and it runs with nothing round it.</summary>
    [MountFact(Needs.Published)]
    public async Task Image_PathsOfTheDockerfile_AreThoseOfAPublish()
    {
        var output = Output().Match(Instructions("RUN").Single()).Groups["path"].Value;
        var build = Instructions("FROM").Single(from => from.Contains(" AS ", StringComparison.Ordinal)).Split(' ')[^1];
        var program = JsonNode.Parse(Instructions("ENTRYPOINT").Single())![0]!.GetValue<string>();
        Assert.Equal($"--from={build} {output} {Path.GetDirectoryName(program)}", Instructions("COPY").Last());

        var published = Path.Combine(Path.GetDirectoryName(SourceTree.PublishedProgram)!, Path.GetFileName(program));
        Assert.True(File.GetUnixFileMode(published).HasFlag(UnixFileMode.UserExecute));
        Assert.Contains(Repository.Version, await Tool.Run("env", "--ignore-environment", published, "--version"), StringComparison.Ordinal); // no .NET to be found, no locale
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(published)!, "*.Tests.dll"));
    }

    [Fact]
    public void Context_HasAllThatTheProgramIsBuiltFrom()
    {
        var leftOut = File.ReadAllLines(Repository.In("deploy/Dockerfile.dockerignore"));

        Assert.All(ReferencedFrom("Silo/ActorCsi.Silo.csproj"), project => Assert.DoesNotContain(project.Split('/')[0], leftOut));
        Assert.Contains("tests", leftOut);
    }

    /// <summary>What stands behind an instruction, each on one line.</summary>
    private static IEnumerable<string> Instructions(string name) => Dockerfile.Replace("\\\n", "", StringComparison.Ordinal).Split('\n')
        .Where(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..].Trim());

    private static HashSet<string> ReferencedFrom(string project)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>([project]);
        while (open.TryPop(out var next))
            if (found.Add(next))
                foreach (var reference in XDocument.Load(Repository.In(next)).Descendants("ProjectReference"))
                    open.Push(Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.In(next))!, reference.Attribute("Include")!.Value))));
        return found;
    }

    [GeneratedRegex(@"^ARG (?<argument>SDK|RUNTIME)=mcr\.microsoft\.com/dotnet/(?<name>[\w-]+):(?<version>\d+\.\d+)-", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Image();

    [GeneratedRegex(@" --output (?<path>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Output();
}
