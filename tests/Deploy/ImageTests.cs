using System.Text.RegularExpressions;
using System.Xml.Linq;

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

    [Fact]
    public void Context_HasAllThatTheProgramIsBuiltFrom()
    {
        var leftOut = File.ReadAllLines(Repository.In("deploy/Dockerfile.dockerignore"));

        Assert.All(ReferencedFrom("Silo/ActorCsi.Silo.csproj"), project => Assert.DoesNotContain(project.Split('/')[0], leftOut));
        Assert.Contains("tests", leftOut);
    }

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
}
