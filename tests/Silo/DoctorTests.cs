using ActorCsi.Silo.Doctor;

namespace ActorCsi.Tests.Silo;

/// <summary>Doctor finds what was spoiled, calls it by its name, says how to mend it, and finds nothing else.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Run_SoundNode_FindsNothing()
    {
        await using var node = await SoundNode.Start();

        Assert.Empty(await node.Examine());
    }

    [Fact]
    public async Task Run_NoClusterKnown_IsANoteAndNoError()
    {
        await using var node = await SoundNode.Start();
        node.Surroundings = node.Surroundings with { Cluster = null };

        Assert.Equal([("api-server", Severity.Note)], (await node.Examine()).Select(found => (found.Check, found.Finding.Severity)));
    }

    [Fact]
    public async Task Run_SecretsAreMade_AsksForEachRightThatIsGivenAndNoOther()
    {
        await using var node = await SoundNode.Start();
        node.Cluster.Add("""
            {
              "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": {"namespace": "shop", "name": "synced"},
              "spec": {"provider": "pki", "parameters": {}, "secretObjects": [{"secretName": "x", "type": "Opaque", "data": [{"objectName": "tls.crt", "key": "crt"}]}]}
            }
            """);

        Assert.Empty(await node.Examine());
        Assert.Empty(node.Rights.Missing);
        Assert.Empty(node.Rights.Unused);
    }

    [Fact]
    public async Task Run_PeerBesideADropIn_FindsIt()
    {
        const string Peer = "secrets-store.csi.k8s.io";
        await using var node = await SoundNode.Start();
        node.Driver.Name = Peer;
        node.Surroundings = node.Surroundings with { Options = node.Surroundings.Options with { DriverName = Peer } };
        node.SetCsiDriver(SoundNode.DriverName, Peer);
        await node.AddDriver("/var/lib/kubelet/plugins/csi-secrets-store/csi.sock", new DriverScript { Name = Peer });

        var (check, finding) = Assert.Single(await node.Examine());

        Assert.Equal(("rival-drivers", Severity.Error), (check, finding.Severity));
        Assert.Contains("/var/lib/kubelet/plugins/csi-secrets-store/csi.sock", finding.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc/self/status", "Seccomp:\t0", "Seccomp:\t2", "seccomp")]
    [InlineData("/proc/self/attr/current", "unconfined", "cri-containerd.apparmor.d (enforce)", "AppArmor")]
    [InlineData("/proc/self/uid_map", "4294967295", "65536", "hostUsers")]
    public async Task Run_MountRefused_NamesWhatForbidsIt(string file, string words, string by, string suspect)
    {
        await using var node = await SoundNode.Start();
        node.Surroundings = node.Surroundings with { TryMount = () => "not permitted" };
        node.Edit(file, words, by);

        var (check, finding) = Assert.Single(await node.Examine());

        Assert.Equal("mount", check);
        Assert.Contains(suspect, finding.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ACheckThatBreaks_IsAWarningAndTheOthersGoOn()
    {
        await using var node = await SoundNode.Start();
        node.Surroundings = node.Surroundings with { FreeBytes = _ => throw new IOException("the disk is on fire") };

        var (check, finding) = Assert.Single(await node.Examine());

        Assert.Equal(("state-directory", Severity.Warning), (check, finding.Severity));
        Assert.Contains("the disk is on fire", finding.Found, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Spoilt.Files), MemberType = typeof(Spoilt))]
    public Task Run_FileSpoilt_FindsJustThat(string what, string check, string severity, string words) => FindsJustThat(Spoilt.Of(what), check, severity, words);

    [Theory]
    [MemberData(nameof(Spoilt.Sockets), MemberType = typeof(Spoilt))]
    public Task Run_SocketSpoilt_FindsJustThat(string what, string check, string severity, string words) => FindsJustThat(Spoilt.Of(what), check, severity, words);

    [Theory]
    [MemberData(nameof(Spoilt.Classes), MemberType = typeof(Spoilt))]
    public Task Run_ClassSpoilt_FindsJustThat(string what, string check, string severity, string words) => FindsJustThat(Spoilt.Of(what), check, severity, words);

    [Theory]
    [MemberData(nameof(Spoilt.ClusterObjects), MemberType = typeof(Spoilt))]
    public Task Run_ClusterSpoilt_FindsJustThat(string what, string check, string severity, string words) => FindsJustThat(Spoilt.Of(what), check, severity, words);

    private static async Task FindsJustThat(Func<SoundNode, Task> spoil, string check, string severity, string words)
    {
        await using var node = await SoundNode.Start();
        await spoil(node);

        var found = await node.Examine();

        var (name, finding) = Assert.Single(found);
        Assert.Equal((check, severity), (name, finding.Severity.ToString()));
        Assert.Contains(words, finding.Found, StringComparison.Ordinal);
        Assert.All((string[])[finding.Expected, finding.Mend], Assert.NotEmpty);
    }
}
