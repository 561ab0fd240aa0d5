using System.Text.Json.Nodes;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>The Secret that a pod names in nodePublishSecretRef reaches the provider, whole and as it is now, and nobody else.</summary>
public sealed class NodePublishSecretTests
{
    [MountFact]
    public async Task Publish_NodePublishSecret_ReachesThePluginAndIsNeverSeenElsewhere()
    {
        using var node = new TestNode("--v", "5");
        await using var plugin = await node.AddPlugin("vault");
        await node.Start();
        var volume = node.Volume("vault");
        volume.Request.Secrets["clientid"] = "app-7";
        volume.Request.Secrets["clientsecret"] = "hunter2 \"<&>";

        await volume.Publish();
        volume.Request.Secrets["clientsecret"] = "rotated-hunter3"; // the user has changed the Secret; kubelet brings it with its next round
        await volume.Publish();
        await volume.Publish(); // and that is no news

        Assert.Equal(2, plugin.Mounts.Count);
        Assert.Equal(("app-7", "hunter2 \"<&>"), Of(plugin.Mounts[0].Secrets));
        Assert.Equal(("app-7", "rotated-hunter3"), Of(plugin.Mounts[1].Secrets));
        Assert.All(plugin.Mounts, mount => Assert.DoesNotContain("hunter", mount.Attributes));
        Assert.DoesNotContain("hunter", node.Log);
        Assert.All(node.Memory(), file => Assert.DoesNotContain("hunter", File.ReadAllText(file)));
    }

    private static (string? Id, string? Password) Of(string secrets)
    {
        var read = JsonNode.Parse(secrets)!;
        return (read["clientid"]?.GetValue<string>(), read["clientsecret"]?.GetValue<string>());
    }
}
