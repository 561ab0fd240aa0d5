using System.CommandLine;
using System.Text.Json;
using ActorCsi.Silo;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>The operators' commands, before a driver with real volumes.</summary>
public sealed class OperatorTests
{
    [MountFact]
    public async Task Ps_SeveralVolumes_OneLineEachAndTheSameInJson()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        node.AddClass("certificate", "pki");
        plugin.Gives(("secret", "content"));
        await node.Start();
        await node.Volume("vault").Publish();
        await node.Volume("certificate").Publish();

        var (exitCode, table, _) = await Ask(node, "ps");
        var (_, json, _) = await Ask(node, "ps", "-o", "json", "--class", "default/certificate");

        Assert.Equal(0, exitCode);
        var lines = table.TrimEnd().Split('\n');
        Assert.Equal(["POD", "CLASS", "PROVIDER", "STATE", "GEN", "EXPIRES", "REFRESH", "LAST", "ERROR"], Words(lines[0]));
        Assert.Equal(["default/certificate", "certificate", "pki", "Serving", "1"], Words(lines[1]).Take(5));
        Assert.Equal(["default/vault", "vault", "vault", "Serving", "1", "never"], Words(lines[2]).Take(6));
        var volume = Assert.Single(JsonDocument.Parse(json).RootElement.GetProperty("volumes").EnumerateArray());
        Assert.Equal(("Serving", "default", "certificate", 1), (volume.GetProperty("state").GetString(), volume.GetProperty("namespace").GetString(), volume.GetProperty("pod").GetString(), volume.GetProperty("generation").GetInt32()));
        Assert.True(volume.GetProperty("expiresAt").GetDateTime() > DateTime.UtcNow);
    }

    [MountFact]
    public async Task Ps_AFetchHangs_IsAnsweredAllTheSame()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        plugin.Hangs();
        await node.Start();
        var first = node.Volume("vault").Publish();
        await plugin.Arrives();

        var (exitCode, table, _) = await Ask(node, "ps");

        Assert.Equal(0, exitCode);
        Assert.Contains("Mounted", table, StringComparison.Ordinal);
        await node.Driver.Kill();
        await Assert.ThrowsAsync<RpcException>(() => first);
    }

    [MountFact]
    public async Task Inspect_AVolume_TellsOfTokensAndNeverTheTokens()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        plugin.Gives(("secret", "content"));
        await node.Start();
        var volume = node.Volume("vault");
        await volume.Publish();

        var (exitCode, text, _) = await Ask(node, "inspect", "default/vault");
        var (_, json, _) = await Ask(node, "inspect", volume.Id, "-o", "json");

        Assert.Equal(0, exitCode);
        Assert.Contains(volume.Target, text, StringComparison.Ordinal);
        var token = Assert.Single(JsonDocument.Parse(json).RootElement.GetProperty("tokens").EnumerateArray());
        Assert.Equal("vault", token.GetProperty("audience").GetString());
        Assert.All((string[])[text, json], answer => Assert.DoesNotContain("eyJ", answer, StringComparison.Ordinal)); // what every JWT begins with
        Assert.All((string[])[text, json], answer => Assert.DoesNotContain("content", answer, StringComparison.Ordinal));
    }

    [MountFact]
    public async Task Inspect_SeveralSources_TellsOfEach()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        node.AddClass("shop", "sources",
            """sources: "[{provider: vault}, {provider: pki, directory: tls}]" """,
            """actorcsi.io/templates: "[{path: app.conf, template: 'password={{ secret }}'}]" """);
        plugin.Gives(("secret", "content"));
        await node.Start();
        var volume = node.Volume("shop");
        await volume.Publish();
        var key = volume.Read("tls/tls.key");
        plugin.Gives(("secret", "another"));
        await Ask(node, "refresh", "default/shop");

        var (_, text, _) = await Ask(node, "inspect", "default/shop");
        var (_, json, _) = await Ask(node, "inspect", volume.Id, "-o", "json");

        Assert.Equal(("another", "password=another"), (volume.Read("secret"), volume.Read("app.conf")));
        Assert.NotEqual(key, volume.Read("tls/tls.key")); // on demand all are asked
        Assert.Contains("Sources:", text, StringComparison.Ordinal);
        Assert.Equal([("vault", 1), ("pki", 3)], JsonDocument.Parse(json).RootElement.GetProperty("sources").EnumerateArray()
            .Select(source => (source.GetProperty("provider").GetString()!, source.GetProperty("files").GetInt32())));
    }

    [MountFact]
    public async Task Refresh_APod_HasTheNewContentWhenItIsAnswered()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        plugin.Gives(("secret", "old")).Then.Answers(FakePlugin.Bundle("2", ("secret", "new")));
        await node.Start();
        var volume = node.Volume("vault");
        await volume.Publish();

        var (exitCode, table, _) = await Ask(node, "refresh", "default/vault");

        Assert.Equal(0, exitCode);
        Assert.Contains("changed", table, StringComparison.Ordinal);
        Assert.Equal("new", volume.Read("secret"));
    }

    [MountFact]
    public async Task Refresh_ProviderRefuses_SaysWhyAndKeepsTheContent()
    {
        using var node = new TestNode();
        await using var plugin = await node.AddPlugin("vault");
        plugin.Gives(("secret", "old")).Then.Fails(StatusCode.PermissionDenied, "no such role");
        await node.Start();
        var volume = node.Volume("vault");
        await volume.Publish();

        var (exitCode, json, _) = await Ask(node, "refresh", "--class", "vault", "-o", "json");

        Assert.Equal(1, exitCode);
        var refreshed = Assert.Single(JsonDocument.Parse(json).RootElement.GetProperty("volumes").EnumerateArray());
        Assert.Equal(("failed", "ProviderDenies"), (refreshed.GetProperty("result").GetString(), refreshed.GetProperty("error").GetString()));
        Assert.Contains("no such role", refreshed.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("old", volume.Read("secret"));
        Assert.Contains("no such role", (await Ask(node, "ps", "--stale")).Output, StringComparison.Ordinal);
    }

    [MountFact]
    public async Task Hold_AClass_KeepsItsContentUntilResumeAndIsShown()
    {
        using var node = new TestNode("--rotation-poll-interval", "5s");
        await using var plugin = await node.AddPlugin("vault");
        plugin.Gives(("secret", "old")).Then.Answers(FakePlugin.Bundle("2", ("secret", "new")));
        await node.Start();
        var volume = node.Volume("vault");
        await volume.Publish();

        var held = await Ask(node, "hold", "default/vault", "--reason", "incident 7");
        await Until.Holds(async () => (await Ask(node, "inspect", "default/vault")).Output.Contains(": Held", StringComparison.Ordinal), "a refresh that was due and waits");
        var (ps, inspect) = (await Ask(node, "ps"), await Ask(node, "inspect", "default/vault"));
        var onDisk = volume.Read("secret");
        var resumed = await Ask(node, "resume", "default/vault");

        Assert.Equal((0, 0, "old"), (held.ExitCode, resumed.ExitCode, onDisk));
        Assert.Contains("default/vault is held: 1 volume of this node", held.Output, StringComparison.Ordinal);
        Assert.Contains("Serving, held", ps.Output, StringComparison.Ordinal);
        Assert.Contains("incident 7", inspect.Output, StringComparison.Ordinal);
        Assert.Contains("default/vault is not held", resumed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("held", (await Ask(node, "ps")).Output, StringComparison.Ordinal);
    }

    [MountFact]
    public async Task AnyCommand_NoSuchVolume_EndsWith2()
    {
        using var node = new TestNode();
        await node.Start();

        var (exitCode, output, error) = await Ask(node, "inspect", "csi-1");

        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains("csi-1", error, StringComparison.Ordinal);
    }

    [MountFact]
    public async Task AnyCommand_DriverKilled_EndsWith3AndSaysSo()
    {
        using var node = new TestNode();
        var never = await Ask(node, "ps");
        await node.Start();
        await node.Driver.Kill();
        var killed = await Ask(node, "ps");

        Assert.Equal((3, 3), (never.ExitCode, killed.ExitCode));
        Assert.Contains("no driver runs here", never.Error, StringComparison.Ordinal);
        Assert.Contains("nobody listens", killed.Error, StringComparison.Ordinal);
    }

    [MountFact]
    public async Task Doctor_RunningDriver_LooksAtItsProcessWithItsOptions()
    {
        using var node = new TestNode("--drivername", "doctor.example.org");
        node.AddClass("certificate", "pki");
        await node.Start();
        await node.Volume("certificate").Publish();

        // In another mount namespace than the driver: the driver's files are seen by way of its process.
        var (exitCode, json, error) = await Ask(node, "doctor", "--kubelet-dir", Path.GetDirectoryName(node["pods"])!, "-o", "json");

        Assert.Equal("", error);
        Assert.Equal(1, exitCode);
        var checks = JsonDocument.Parse(json).RootElement.GetProperty("checks").EnumerateArray()
            .ToDictionary(check => check.GetProperty("check").GetString()!, check => check.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("found").GetString()!).ToArray());
        Assert.All((string[])["csi-socket", "admin-socket", "mounts-and-records", "stale-volumes", "class-files", "class-providers"], check => Assert.Equal("", string.Join(";", checks[check])));
        Assert.Contains("private", Assert.Single(checks["mount-propagation"]), StringComparison.Ordinal); // as TestNode's namespace is
        Assert.Contains("'doctor.example.org'", Assert.Single(checks["registration"]), StringComparison.Ordinal); // TestNode has no registration directory
    }

    internal static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs an operator's command and gives what it said.</summary>
    internal static async Task<(int ExitCode, string Output, string Error)> Ask(TestNode node, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, Error = error };
        var exitCode = await Program.Commands().Parse([.. args, "--state-dir", node.Seen(node.State)]).InvokeAsync(configuration);
        return (exitCode, output.ToString(), error.ToString());
    }
}
