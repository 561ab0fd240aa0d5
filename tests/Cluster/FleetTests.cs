using ActorCsi.Cluster.Status;

namespace ActorCsi.Tests.Cluster;

/// <summary>What a whole node costs the API server: as many writes as there are changes. (The peer: two for each volume at each round that is due.)</summary>
public sealed class FleetTests
{
    private const int Many = 250;
    private const int Rounds = 100;

    [Fact]
    public async Task Node_MountsRoundsRotationUnmounts_WritesOnceForEachChange()
    {
        await using var node = await ClusterNode.Start();
        node.AddClass("database", ("user", "admin"), ("password", "hunter2"));
        node.SetSecrets("database", Credentials());
        var volumes = Enumerable.Range(0, Many).Select(i => node.Volume($"web-{i}", "database")).ToArray();

        await All(volume => volume.Publish());
        await node.Until(() => node.Api.All("secretproviderclasspodstatuses").Count == Many && node.Secret("credentials") is not null);
        await node.Settle();
        Assert.Equal((Many, 1), Written());

        for (var round = 0; round < Rounds; round++)
            await All(volume => volume.Publish());
        await node.Settle();
        Assert.Equal((Many, 1), Written());

        node.Store.Put("database", "2", ("user", "admin"), ("password", "hunter3"));
        await All(volume => volume.PublishNews());
        await node.Until(() => node.Api.All("secretproviderclasspodstatuses").Count(IsRotated) == Many && node.Secret("credentials") == "password=hunter3");
        await node.Settle();
        Assert.Equal((2 * Many, 2), Written());

        await All(volume => volume.Unpublish());
        await node.Settle();
        Assert.Equal((2 * Many, 2), Written());
        Assert.Equal((2 * Many) + 2, node.Writes.Count);

        Task All(Func<TestVolume, Task> call) => Task.WhenAll(volumes.Select(call));
        (int Statuses, int Secrets) Written() => (node.Writes.Count(write => write.Resource == "secretproviderclasspodstatuses"), node.Writes.Count(write => write.Resource == "secrets"));
    }

    /// <summary>The files do not depend on the API server, and what it missed it is told once, as it is by then.</summary>
    [Fact]
    public async Task Node_ApiServerGoneForAnHour_ServesOnAndCatchesUpOnceEach()
    {
        const int Some = 10;
        await using var node = await ClusterNode.Start();
        node.AddClass("database", ("user", "admin"), ("password", "hunter2"));
        node.SetSecrets("database", Credentials());
        var volumes = Enumerable.Range(0, Some).Select(i => node.Volume($"web-{i}", "database")).ToArray();

        node.Api.IsDown = true;
        foreach (var volume in volumes)
            await volume.Publish();
        for (var minute = 0; minute < 60; minute++)
        {
            node.Time.Advance(TimeSpan.FromMinutes(1));
            if (minute < 50) // the last ten minutes bring every volume to the last content: what it is told afterwards is then the same in every run
                node.Store.Put("database", $"{minute}", ("user", "admin"), ("password", $"hunter{minute}"));
            foreach (var volume in volumes)
                await volume.PublishNews();
        }
        var statuses = await Task.WhenAll(volumes.Select(volume => volume.Inspect()));
        Assert.All(statuses, status => Assert.Equal(VolumeState.Serving, status!.State));
        Assert.Empty(node.Writes);
        await node.Heard();
        await Task.WhenAll(statuses.Select(status => node.Grains.GetGrain<IPodStatusGrain>(PodStatusGrain.KeyOf(status!)).AsOwner())); // no write is under way, with what it knew when it began

        node.Api.IsDown = false;
        await node.Until(() =>
        {
            node.Time.Advance(TimeSpan.FromSeconds(1));
            return node.Api.All("secretproviderclasspodstatuses").Count == Some && node.Secret("credentials") == "password=hunter49";
        });
        await node.Settle();
        node.Time.Advance(TimeSpan.FromMinutes(10));
        await node.Settle();

        Assert.Equal(Enumerable.Repeat("create secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io default 201", Some).Append("create secrets default 201"),
            node.Writes.Select(write => $"{write} {write.Code}").Order(StringComparer.Ordinal));
    }

    private static bool IsRotated(System.Text.Json.Nodes.JsonObject status) => status["status"]!["objects"]![0]!["version"]!.GetValue<string>() == "2";

    private static Grains.Classes.SecretObject Credentials() => new("credentials", "Opaque", StringMap.Empty, StringMap.Empty, [new("password", "password")]);
}
