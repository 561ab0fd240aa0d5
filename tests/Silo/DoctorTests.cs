using ActorCsi.Fakes.Cluster;
using ActorCsi.Grains.Providers.Issuance;
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
        node.Rename(Peer, """[{"audience": "vault"}]""");
        await node.AddDriver("/var/lib/kubelet/plugins/csi-secrets-store/csi.sock", new DriverScript { Name = Peer });

        var (check, finding) = Assert.Single(await node.Examine());

        Assert.Equal(("rival-drivers", Severity.Error), (check, finding.Severity));
        Assert.Contains("/var/lib/kubelet/plugins/csi-secrets-store/csi.sock", finding.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CertificateRequester.Pod, "components/certificates/rbac.yaml")]
    [InlineData(CertificateRequester.Driver, "components/certificates-as-driver/rbac.yaml")]
    public async Task Run_CertificatesAreRequested_AsksForEachRightThatIsGivenAndNoOther(CertificateRequester requester, string rights)
    {
        await using var node = await SoundNode.Start();
        node.Surroundings = node.Surroundings with { Options = node.Surroundings.Options with { CertificatesRequestedBy = requester } };
        node.SetCsiDriver("""{"audience": "vault"}""", """{"audience": "vault"}, {"audience": ""}""");
        node.WriteClass("web", "kubernetes", "signerName: example.com/web");
        node.WriteClass("several", "sources", "sources: \"[{provider: cert-manager, parameters: {issuerName: ca}}, {provider: pki, directory: own}]\"");
        node.Allow("base/rbac.yaml", rights);

        Assert.Empty(await node.Examine());
        Assert.Empty(node.Rights.Missing);
        Assert.Empty(node.Rights.Unused);
    }

    [Fact]
    public async Task Run_CertificatesAreRequestedAndMayNotBe_NamesEachRightAndTheFileThatHasIt()
    {
        await using var node = await SoundNode.Start();
        node.Surroundings = node.Surroundings with { Options = node.Surroundings.Options with { CertificatesRequestedBy = CertificateRequester.Driver } };
        node.WriteClass("web", "kubernetes", "signerName: example.com/web");

        var found = await node.Examine();

        Assert.Equal(["create", "get", "watch"], found.Select(one => one.Finding.Found.Split(' ')[4]).Order(StringComparer.Ordinal));
        Assert.All(found, one => Assert.Equal(("rights", Severity.Error), (one.Check, one.Finding.Severity)));
        Assert.All(found, one => Assert.EndsWith("certificatesigningrequests.certificates.k8s.io", one.Finding.Found, StringComparison.Ordinal));
        Assert.All(found, one => Assert.Contains("deploy/components/certificates-as-driver/rbac.yaml", one.Finding.Mend, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_AConfigMapSaysWhoIssues_AsksForTheRightToFollowThatOne()
    {
        await using var node = await SoundNode.Start();
        node.Surroundings = node.Surroundings with { Options = node.Surroundings.Options with { SpiffeIssuer = "cert-manager/issuance" } };
        node.Cluster.Allows = request => request is { Resource: "configmaps", Verb: "list", Namespace: "cert-manager", Name: "issuance" } || node.Rights.Allow(request);

        var (check, finding) = Assert.Single(await node.Examine());

        Assert.Equal(("rights", Severity.Error), (check, finding.Severity));
        Assert.Equal("the driver may not watch configmaps cert-manager/issuance", finding.Found);
    }

    /// <summary>A driver in the place of cert-manager's: no classes, no CRDs, its own CSIDriver object, and a driver of another name beside it.</summary>
    [Theory]
    [InlineData("csi.cert-manager.io", "cert-manager")]
    [InlineData("spiffe.csi.cert-manager.io", "spiffe")]
    public async Task Run_DriverOfCertManagersName_FindsNothing(string name, string provider)
    {
        await using var node = await SecondDriver(name, provider);

        Assert.Empty(await node.Examine());
        Assert.Empty(node.Rights.Missing);
    }

    [Fact]
    public async Task Run_DriverOfCertManagersName_LooksAtItsOwnCsiDriver()
    {
        await using var node = await SecondDriver("csi.cert-manager.io", "cert-manager", tokenRequests: "[]");

        var (check, finding) = Assert.Single(await node.Examine());

        Assert.Equal(("token-requests", Severity.Error), (check, finding.Severity));
        Assert.Contains("CSIDriver csi.cert-manager.io", finding.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BeforePluginsAreLeft_TellsWhatTheirClassesLackForTheBuiltIns()
    {
        await using var node = await SoundNode.Start();
        node.WriteClass("db", "vault", "roleName: shop\n    audience: store\n    objects: \"- {objectName: user, secretPath: kv/data/shop, secretKey: user}\"");
        node.WriteClass("old", "vault", "objects: \"- {objectName: user}\"");

        var withThePlugin = await node.Examine();
        node.Surroundings = node.Surroundings with { Options = node.Surroundings.Options with { PreferBuiltIn = true } };
        var without = await node.Examine();

        Assert.Empty(withThePlugin);
        Assert.Equal([("class-providers", Severity.Error), ("token-requests", Severity.Error)], without.Select(found => (found.Check, found.Finding.Severity)));
        Assert.Contains("shop/old", without[0].Finding.Found, StringComparison.Ordinal);
        Assert.Contains("'store'", without[1].Finding.Found, StringComparison.Ordinal);
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

    private static async Task<SoundNode> SecondDriver(string name, string provider, string tokenRequests = """[{"audience": ""}]""")
    {
        var node = await SoundNode.Start();
        node.Rename(name, tokenRequests);
        node.Allow("base/rbac.yaml", "components/certificates/rbac.yaml");
        node.Cluster.Always(Fault.Answers(404, "NotFound"), request => request is { Group: "secrets-store.csi.x-k8s.io" });
        File.Delete(node["/classes/token.yaml"]);
        (node.Driver.Volumes[0].ClassName, node.Driver.Volumes[0].Provider, node.Driver.Report.Tokens[0].Audience) = ("", provider, "");
        node.Write("/var/lib/kubelet/pods/other/volumes/kubernetes.io~csi/secrets/vol_data.json", $$"""{"driverName": "{{SoundNode.DriverName}}", "volumeHandle": "csi-2"}""");
        node.Write("/var/lib/kubelet/pods/uid/volumes/kubernetes.io~csi/secrets/vol_data.json", $$"""{"driverName": "{{name}}", "volumeHandle": "csi-1"}""");
        node.Edit("/proc/self/mountinfo", "6 4 0:99", "7 4 0:98 / /var/lib/kubelet/pods/other/volumes/kubernetes.io~csi/secrets/mount rw shared:8 - tmpfs actorcsi rw,noswap,seclabel\n6 4 0:99");
        return node;
    }

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
