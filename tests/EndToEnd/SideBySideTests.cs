using System.CommandLine;
using System.Text.Json;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Fakes.Stores;
using ActorCsi.Silo;
using ActorCsi.Silo.Try;
using Csi.V1;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>Two drivers on one node, of which one is in the place of cert-manager's: each answers under its name, with its own volumes, and neither touches the other's.</summary>
public sealed class SideBySideTests
{
    private const string Second = "csi.cert-manager.io";

    [MountFact]
    public async Task Serve_TwoDriversOfOneNode_LeaveOneAnotherAlone()
    {
        await using var cluster = await FakeCluster.Start();
        using var issuer = new TokenIssuer();
        using var signer = new FakeIssuer(cluster, TimeProvider.System);
        var rights = DriverRights.Of("base/rbac.yaml", "components/certificates/rbac.yaml");
        cluster.Allows = request => request.User == FakeCluster.Driver ? rights.Allow(request) : request.Verb == "create";
        cluster.Reviews = token => issuer.Verify(token, DateTimeOffset.UtcNow, out _) is { } claims ? claims["sub"]!.GetValue<string>() : null;
        using var node = new TestNode();
        Directory.CreateDirectory(node["plugins_registry"]);
        await File.WriteAllTextAsync(node["kubeconfig"], cluster.KubeConfig());
        var (socket, state) = (node["second.sock"], node["second"]);
        node.AddClass("certificate", "pki");
        await node.Begin("--registration-dir", node["plugins_registry"]).WaitUntilServed(node.Socket);
        var second = node.Begin("--registration-dir", node["plugins_registry"], "--drivername", Second, "--endpoint", $"unix://{socket}", "--state-dir", state, "--kubernetes", node["kubeconfig"]);
        await second.WaitUntilServed(socket);

        var first = node.Volume("certificate");
        KubeletNotes(first, "csi.actorcsi.io");
        await first.Publish();
        var inline = InlineVolume(node, issuer);
        KubeletNotes(inline, Second);
        await Publish(socket, inline);
        var key = inline.Read("tls.key");
        await second.Kill();
        await first.Republish();
        await node.Begin("--registration-dir", node["plugins_registry"], "--drivername", Second, "--endpoint", $"unix://{socket}", "--state-dir", state, "--kubernetes", node["kubeconfig"]).WaitUntilServed(socket);
        await Publish(socket, inline);

        Assert.Equal(["csi.actorcsi.io-reg.sock", $"{Second}-reg.sock"], Directory.EnumerateFiles(node["plugins_registry"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal((key, 1), (inline.Read("tls.key"), signer.Requests.Count)); // a restart asks no one
        Assert.Equal(["system:serviceaccount:default:app"], signer.Requests.Select(request => request["spec"]!["username"]!.GetValue<string>()));
        Assert.Equal([first.Id], await Listed(node.State));
        Assert.Equal([inline.Id], await Listed(state));
        foreach (var directory in (string[])[node.State, state])
            Assert.Empty(await Findings(directory, Path.GetDirectoryName(node["pods"])!, "registration", "rival-drivers", "mounts-and-records", "stale-volumes"));
        Assert.Empty(rights.Missing);
    }

    private static PodVolume InlineVolume(TestNode node, TokenIssuer issuer)
    {
        var volume = node.Volume("", "web");
        volume.Request.VolumeContext.Remove("secretProviderClass");
        volume.Request.VolumeContext["csi.cert-manager.io/issuer-name"] = "ca";
        volume.Request.VolumeContext["csi.cert-manager.io/key-algorithm"] = "ECDSA";
        volume.BringToken(issuer, "");
        return volume;
    }

    /// <summary>What kubelet writes beside each volume before it asks for it.</summary>
    private static void KubeletNotes(PodVolume volume, string driver)
    {
        var above = Path.GetDirectoryName(volume.Target)!;
        Directory.CreateDirectory(above);
        File.WriteAllText(Path.Combine(above, "vol_data.json"), $$"""{"driverName": "{{driver}}", "volumeHandle": "{{volume.Id}}", "volumeLifecycleMode": "Ephemeral"}""");
    }

    private static async Task Publish(string socket, PodVolume volume)
    {
        using var channel = Kubelet.Connect(socket);
        await new Node.NodeClient(channel).NodePublishVolumeAsync(volume.Request);
    }

    private static async Task<string[]> Listed(string state)
        => [.. (await Ask("ps", state)).GetProperty("volumes").EnumerateArray().Select(volume => volume.GetProperty("volumeId").GetString()!)];

    /// <summary>What these checks of doctor find.</summary>
    private static async Task<string[]> Findings(string state, string kubelet, params string[] checks)
        => [.. (await Ask("doctor", state, "--kubelet-dir", kubelet)).GetProperty("checks").EnumerateArray()
            .Where(check => checks.Contains(check.GetProperty("check").GetString()))
            .SelectMany(check => check.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("found").GetString()!))];

    private static async Task<JsonElement> Ask(string command, string state, params string[] options)
    {
        using var output = new StringWriter();
        await Program.Commands().Parse([command, .. options, "--state-dir", state, "-o", "json"]).InvokeAsync(new InvocationConfiguration { Output = output });
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
