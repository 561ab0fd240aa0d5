namespace ActorCsi.Tests.Cluster;

/// <summary>Status objects, Secrets and events need the rights that the manifests give, and no others.</summary>
public sealed class RightsTests
{
    [Fact]
    public async Task Node_UnderTheShippedRoles_DoesAllItsWork()
    {
        await using var node = await ClusterNode.Start();
        node.AddClass("database", ("user", "admin"));
        node.SetSecrets("database", new Grains.Classes.SecretObject("credentials", "Opaque", StringMap.Empty, StringMap.Empty, [new("user", "user")]));
        var volume = node.Volume("web-0", "database");

        await volume.Publish();
        await node.Until(() => node.Secret("credentials") == "user=admin" && node.Remembered == 1);
        node.Store.Put("database", "2", ("user", "root"));
        await volume.PublishNews(); // patches both
        await node.Until(() => node.Secret("credentials") == "user=root" && node.Status("web-0", "database")!["status"]!["objects"]![0]!["version"]!.GetValue<string>() == "2");
        node.Store.Failure = new VolumeException(VolumeError.ProviderDenies, "no");
        await volume.PublishNews(); // an event, and another one on top
        await node.Until(() => node.Events.Any());
        await volume.PublishNews();
        await node.UntilLater(() => node.Events.Single().Count > 1);
        await node.Restart();
        node.Api.Add("""{"apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClassPodStatus", "metadata": {"namespace": "default", "name": "web-1-default-database"}}""");
        node.Store.Failure = null;
        await node.Volume("web-1", "database").Publish(); // where a former pod of that name has left its status
        await node.Until(() => node.Status("web-1", "database")!["status"] is not null);

        Assert.Empty(node.Rights.Missing);
        Assert.All(node.Rights.Unused, right => Assert.Matches("csidrivers|secretproviderclasses|serviceaccounts|nodes|^list ", right)); // those of doctor, of the classes and of the clouds
    }
}
