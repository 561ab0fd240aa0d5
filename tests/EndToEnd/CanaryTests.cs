using System.Text;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>What is secret is seen by the provider and by the pod, and by nobody else: whatever goes wrong, and at the most verbose level.</summary>
public sealed class CanaryTests
{
    // With what JSON, YAML and shells would write in another way.
    private const string SecretOfTheClass = "canary-secret <&'\"\\\n> ü";
    private const string SecretOfThePod = "canary-content";
    private const string BrokenTokens = "{\"vault\": {\"token\": \"canary-broken-token\", ";

    private static readonly string[] Canaries = [PodTokenJson.Canary, "canary-secret", SecretOfThePod, "canary-broken-token"];

    [MountTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WholeLife_WhateverGoesWrong_NothingSecretIsTold(bool stateInMemory)
    {
        await using var collector = await FakeCollector.Start("http/protobuf");
        using var node = new TestNode("-v", "5", "--metrics-addr", "127.0.0.1:0", "--otlp-endpoint", collector.Endpoint, "--otlp-protocol", "http/protobuf");
        node.Environment.Add("OTEL_BSP_SCHEDULE_DELAY=50"); // ms: the driver will be killed, and spans are to be out before
        if (stateInMemory)
            node.KeepStateInMemory();
        await using var plugin = await node.AddPlugin("vault");
        node.AddClass("token", "token");
        node.AddClass("two-audiences", "token", "objects: \"[{audience: vault, path: a}, {audience: other, path: b}]\"");
        node.AddClass("certificate", "pki", "pkcs12: \"true\"", "pkcs12Password: canary-secret");
        node.AddClass("keystore", "pki", "pkcs12: \"true\"");
        await node.Start();
        var told = new List<string>();

        var volume = node.Volume("vault");
        volume.Request.Secrets["password"] = SecretOfTheClass;
        plugin.Gives(("secret", SecretOfThePod)).Then.Fails(StatusCode.PermissionDenied, request => $"refused: {request.Secrets} and {request.Attributes}");
        await volume.Publish();
        await volume.Republish();
        told.Add((await volume.Condition()).Message);
        told.Add(string.Join('\n', await node.ListVolumes()));

        // each is refused in a different place
        await Refused(node.Volume("vault", "denied"), "password", SecretOfTheClass);
        await Refused(node.Volume("token", "broken"), "csi.storage.k8s.io/serviceAccount.tokens", BrokenTokens);
        await Refused(node.Volume("two-audiences", "absent"), "password", SecretOfTheClass);
        await Refused(node.Volume("no-class", "no-class"), "password", SecretOfTheClass);
        var foreign = node.Volume("token", "foreign");
        foreign.Request.VolumeContext["csi.storage.k8s.io/pod.uid"] = "somebody-else";
        await Refused(foreign, "password", SecretOfTheClass);

        volume.Request.Secrets["csi.storage.k8s.io/serviceAccount.tokens"] = BrokenTokens;
        await volume.Publish();
        told.Add((await volume.Condition()).Message);
        await node.Volume("certificate").Publish();
        var keystore = node.Volume("keystore");
        keystore.Request.VolumeContext["csi.cert-manager.io/pkcs12-password"] = "canary-secret";
        await keystore.Publish();
        told.Add(await node.Metrics());
        await Until.Holds(() => collector.Text("/v1/traces").Contains("csi-certificate-volume", StringComparison.Ordinal), "the span of the last publish");
        await node.KillAndRestart();
        told.Add(string.Join('\n', await node.ListVolumes()));
        node.Driver.Terminate();
        Assert.Equal(0, await node.Driver.WaitForEnd());

        told.Add(collector.Text("/v1/traces"));
        told.Add(collector.Text("/v1/metrics"));
        Assert.Equal(5 + 4 + 3, told.Count);
        Assert.All(told, text => CheckHoldsNone(Encoding.UTF8.GetBytes(text), text));
        CheckHoldsNone(Encoding.UTF8.GetBytes(node.Log), node.Log);
        if (!stateInMemory)
            Assert.All(Directory.EnumerateFiles(node.State, "*", SearchOption.AllDirectories), file => CheckHoldsNone(File.ReadAllBytes(file), file));
        else
            Assert.Contains(node.Memory(volume.Id), file => Spellings(PodTokenJson.Canary).Any(spelling => Holds(File.ReadAllBytes(file), spelling))); // the search finds what is there

        async Task Refused(PodVolume refused, string key, string secret)
        {
            refused.Request.Secrets[key] = secret;
            told.Add((await Assert.ThrowsAsync<RpcException>(() => refused.Publish())).Status.Detail);
        }
    }

    private static void CheckHoldsNone(byte[] bytes, string where)
    {
        foreach (var canary in Canaries)
            Assert.False(Spellings(canary).Any(spelling => Holds(bytes, spelling)), $"{canary} in {where}");
    }

    private static bool Holds(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;

    /// <summary>The text itself, and what is the same of it wherever it stands in something written in base64 or hexadecimal digits.</summary>
    private static IEnumerable<string> Spellings(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        yield return text;
        yield return Convert.ToHexString(bytes);
        yield return Convert.ToHexStringLower(bytes);
        for (var shift = 0; shift < 3; shift++)
            yield return Convert.ToBase64String([.. new byte[shift], .. bytes])[(shift == 0 ? 0 : 4)..^4];
    }
}
