using System.Text.RegularExpressions;
using ActorCsi.Silo.Serve;

namespace ActorCsi.Tests.Deploy;

/// <summary>What the documents promise about flags is so.</summary>
public sealed partial class DocumentTests
{
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

        Assert.Equal(
            peers.Where(flag => ours.Contains("--" + flag)).Select(flag => (flag, "--" + flag)).Order(),
            Rows().Select(row => (row.Groups["peers"].Value, row.Groups["ours"].Value)).Order());
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
    [InlineData("docs/MIGRATING.md")]
    [InlineData("deploy/overlays/tokens-in-secrets/README.md")]
    public async Task Kustomizations_AsPrinted_Render(string document)
    {
        var printed = Block().Matches(File.ReadAllText(Repository.In(document)))
            .Select(block => ("\n" + block.Groups["yaml"].Value).Replace("\n" + block.Groups["indentation"].Value, "\n", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(printed);

        foreach (var yaml in printed)
        {
            using var folder = new ScratchKustomization(yaml);
            var objects = await folder.Render();
            Assert.Single(objects, found => found.Kind == "DaemonSet");
            Assert.All(objects.Where(found => found.Kind == "CSIDriver"), found => Assert.NotEmpty(found.List("spec", "tokenRequests")));
        }
    }

    private static MatchCollection Rows() => FlagRow().Matches(File.ReadAllText(Repository.In("docs/MIGRATING.md")));

    [GeneratedRegex(@"^\| `(?<peers>[a-z-]+)` \| `(?<ours>--[a-z-]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex FlagRow();

    [GeneratedRegex(@"\]\((?<path>[^):#]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^(?<indentation> *)```yaml\n(?<yaml>.*?kind: Kustomization.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    /// <summary>A kustomization beside the repository, as the documents have it.</summary>
    private sealed class ScratchKustomization : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorcsi-deploy-");

        public ScratchKustomization(string yaml)
        {
            // Kustomize wants bases on a path of their own; a link to the repository stands for the copy.
            Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "actorcsi"), Repository.Root);
            _folder.CreateSubdirectory("own");
            File.WriteAllText(Path.Combine(_folder.FullName, "own/kustomization.yaml"), yaml);
        }

        public async Task<IReadOnlyList<Manifest>> Render() => await Rendering.Kustomize(Path.Combine(_folder.FullName, "own"));

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
