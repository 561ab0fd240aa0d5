using System.Text.Json;
using System.Text.Json.Nodes;
using ActorCsi.Cluster.Status;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Tests.Cluster.Status;

/// <summary>The status object is, byte for byte in meaning, the peer's: other drivers and dashboards read it.</summary>
public sealed class PodStatusTests
{
    [Fact]
    public void Of_Volume_IsWhatThePeerWrites()
    {
        var volume = Volumes.Serving("web-0", "database", [new("b", "2"), new("a", "1")]);

        var json = JsonSerializer.SerializeToNode(PodStatus.Of(volume, "node-7"), Resources.SecretProviderClassPodStatuses.Json);

        Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse("""
            {
              "metadata": {
                "name": "web-0-default-database",
                "namespace": "default",
                "labels": { "internal.secrets-store.csi.k8s.io/node-name": "node-7" },
                "ownerReferences": [ { "apiVersion": "v1", "kind": "Pod", "name": "web-0", "uid": "uid-web-0" } ]
              },
              "status": {
                "podName": "web-0",
                "secretProviderClassName": "database",
                "mounted": true,
                "targetPath": "/pods/web-0/database/mount",
                "objects": [ { "id": "a", "version": "1" }, { "id": "b", "version": "2" } ]
              }
            }
            """)));
    }

    [Fact]
    public void Says_AsWritten_AlsoWithWhatTheServerAndOthersAdd()
    {
        var wanted = PodStatus.Of(Volumes.Serving("web-0", "database"), "node-7");
        var found = wanted with
        {
            Metadata = wanted.Metadata with { Uid = "1", ResourceVersion = "5", Labels = new Dictionary<string, string>(wanted.Metadata.Labels!) { ["team"] = "a" } },
        };

        Assert.True(found.Says(wanted));
    }

    public static TheoryData<string> Spoiled => [.. Spoils.Keys];

    private static readonly Dictionary<string, Func<V1SecretProviderClassPodStatus, V1SecretProviderClassPodStatus>> Spoils = new()
    {
        ["no labels at all"] = status => status with { Metadata = status.Metadata with { Labels = null } },
        ["another node"] = status => PodStatus.Of(Volumes.Serving("web-0", "database"), "node-8"),
        ["a former pod of that name"] = status => status with
        {
            Metadata = status.Metadata with { OwnerReferences = [status.Metadata.OwnerReferences![0] with { Uid = "former" }] },
        },
        ["no owner"] = status => status with { Metadata = status.Metadata with { OwnerReferences = null } },
        ["another path"] = status => status with { Status = status.Status! with { TargetPath = "/elsewhere" } },
        ["another version"] = status => status with { Status = status.Status! with { Objects = [new() { Id = "object", Version = "0" }] } },
        ["an object more"] = status => status with { Status = status.Status! with { Objects = [.. status.Status.Objects!, new() { Id = "z" }] } },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Says_OneThingOther_IsNotAsItShouldBe(string spoil)
    {
        var wanted = PodStatus.Of(Volumes.Serving("web-0", "database"), "node-7");

        Assert.False(Spoils[spoil](wanted).Says(wanted));
    }
}
