using System.Text.RegularExpressions;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Silo.Serve;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Deploy;

/// <summary>What the documents promise about flags is so.</summary>
public sealed partial class DocumentTests
{
    /// <summary>What is left out where only a class's spec matters.</summary>
    private const string Head = "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: printed, namespace: default}\n";

    [Fact]
    public void Migrating_NamesFlagsThatThereAre()
    {
        var flags = new ServeCommand().Options.Select(option => option.Name).ToHashSet();
        var named = Rows().Select(row => row.Groups["ours"].Value).ToList();

        Assert.NotEmpty(named);
        Assert.Subset(flags, named.ToHashSet());
    }

    [Fact]
    public void Migrating_HasEveryFlagOfThePeerThatIsHereToo()
    {
        var peers = (string[])["endpoint", "drivername", "nodeid", "provider-volume", "additional-provider-volume-paths", "metrics-addr", "metrics-backend", "enable-secret-rotation",
            "rotation-poll-interval", "max-call-recv-msg-size", "provider-health-check", "provider-health-check-interval", "enable-pprof", "pprof-port", "log-format-json", "version", "kubeconfig", "v"];
        var ours = new ServeCommand().Options.Select(option => option.Name).ToHashSet();

        Assert.Superset(
            peers.Where(flag => ours.Contains("--" + flag)).Select(flag => (flag, "--" + flag)).ToHashSet(),
            Rows().Select(row => (row.Groups["peers"].Value, row.Groups["ours"].Value)).ToHashSet());
    }

    /// <summary>A link goes to a file that is there.</summary>
    [Theory]
    [InlineData("docs/MIGRATING.md")]
    [InlineData("deploy/README.md")]
    [InlineData("deploy/helm/actorcsi/README.md")]
    [InlineData("deploy/overlays/tokens-in-secrets/README.md")]
    public void Links_LeadSomewhere(string document)
    {
        var text = File.ReadAllText(Repository.In(document));
        var folder = Path.GetDirectoryName(Repository.In(document))!;

        Assert.All(Link().Matches(text).Select(link => Path.Combine(folder, link.Groups["path"].Value)), path => Assert.True(Path.Exists(path), path));
    }

    /// <summary>What a reader copies from a document renders.</summary>
    [RenderTheory]
    [InlineData("deploy/README.md")]
    [InlineData("docs/MIGRATING.md")]
    [InlineData("deploy/overlays/tokens-in-secrets/README.md")]
    public async Task Kustomizations_AsPrinted_Render(string document)
    {
        var printed = Printed(document).Where(yaml => yaml.Contains("kind: Kustomization", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(printed);

        foreach (var yaml in printed)
        {
            // Kustomize wants bases on a path of their own; a link to the repository stands for the copy beside.
            using var folder = new TemporaryFolder();
            Directory.CreateSymbolicLink(folder["actorcsi"], Repository.Root);
            Directory.CreateDirectory(folder["own"]);
            await File.WriteAllTextAsync(folder["own/kustomization.yaml"], yaml);
            var objects = await Rendering.Kustomize(folder["own"]);
            Assert.Single(objects, found => found.Kind == "DaemonSet");
            var needsTokens = DaemonSetTests.Command(objects).GetValue<string>("--certificates-requested-by") == "pod";
            Assert.All(objects.Where(found => found.Kind == "CSIDriver"), found => Assert.Equal(needsTokens, found.List("spec", "tokenRequests").Any()));
        }
    }

    /// <summary>Classes are what their providers understand, also those of which only the spec is printed.</summary>
    [Theory]
    [InlineData("README.md", 1)]
    [InlineData("docs/PROVIDERS.md", 9)] // one or more of each section about a provider, and of sources
    public void Classes_AsPrinted_AreUnderstoodByTheirProviders(string document, int least)
    {
        using var host = ExampleTests.BuiltIn();
        var providers = host.Services.GetRequiredService<IProviderCatalog>();
        var read = Printed(document).SelectMany(yaml => yaml.Split("---\n"))
            .Select(yaml => yaml.TrimStart().StartsWith("spec:", StringComparison.Ordinal) ? Head + yaml : yaml)
            .Where(yaml => yaml.Contains("kind: SecretProviderClass", StringComparison.Ordinal))
            .Select(ClassFile.Read).ToList();

        Assert.All(read, file => Assert.Empty(file.Faults));
        var classes = read.SelectMany(file => file.Classes).Select(found => found.Class).ToList();
        Assert.InRange(classes.Count, least, 100);
        Assert.All(classes, DriverParameters.Check);
        Assert.All(classes, secretClass => providers.Find(secretClass.Provider).Demand(secretClass));
    }

    /// <summary>So do the commands for the chart, and they start the driver.</summary>
    [RenderTheory]
    [InlineData("deploy/README.md")]
    [InlineData("deploy/helm/actorcsi/README.md")]
    public async Task HelmCommands_AsPrinted_Install(string document)
    {
        var printed = HelmInstall().Matches(File.ReadAllText(Repository.In(document)));
        Assert.NotEmpty(printed);

        foreach (Match command in printed)
            Assert.Empty(DaemonSetTests.Command(await Rendering.Helm([.. command.Groups["set"].Captures.SelectMany(set => (string[])["--set", set.Value])])).Errors.Select(error => error.Message));
    }

    /// <summary>The audiences that are told to be added are those that classes of the built-in providers then need.</summary>
    [Theory]
    [InlineData("vault", "vault.yaml")]
    [InlineData("openbao", "vault.yaml")]
    [InlineData("aws", "aws.yaml")]
    [InlineData("azure", "azure.yaml")]
    [InlineData("gcp", "gcp.yaml")]
    public void Migrating_ToABuiltInProvider_TellsTheAudienceThatItsClassesNeed(string provider, string example)
    {
        using var host = ExampleTests.BuiltIn();
        var told = AudienceRow().Matches(File.ReadAllText(Repository.In("docs/MIGRATING.md"))).Single(row => row.Groups["provider"].Value == provider).Groups["audience"].Value;
        var secretClass = ClassFile.Read(File.ReadAllText(Path.Combine(Rendering.Folder, "examples", example))).Classes.Single().Class with { Provider = provider };

        var demand = host.Services.GetRequiredService<IProviderCatalog>().Find(provider).Demand(secretClass);

        Assert.True(demand.Takes(told));
        Assert.Empty(demand.Missing([told]));
    }

    /// <summary>The YAML in a document, each block at the left margin.</summary>
    private static IEnumerable<string> Printed(string document) => Block().Matches(File.ReadAllText(Repository.In(document)))
        .Select(block => ("\n" + block.Groups["yaml"].Value).Replace("\n" + block.Groups["indentation"].Value, "\n", StringComparison.Ordinal));

    private static MatchCollection Rows() => FlagRow().Matches(File.ReadAllText(Repository.In("docs/MIGRATING.md")));

    [GeneratedRegex(@"^\| `(?<peers>[a-z-]+)` \| `(?<ours>--[a-z-]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex FlagRow();

    [GeneratedRegex(@"^ *\| `(?<provider>[a-z]+)` \| `(?<audience>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AudienceRow();

    [GeneratedRegex(@"helm install( --set (?<set>[^\s`]+)|[^`\n\\]|\\\n)*", RegexOptions.ExplicitCapture)]
    private static partial Regex HelmInstall();

    [GeneratedRegex(@"\]\((?<path>[^):#]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^(?<indentation> *)```yaml\n(?<yaml>.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
