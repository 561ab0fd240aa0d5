using Csi.V1;
using Grpc.Core;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace ActorCsi.Tests.Driver;

/// <summary>A sound request with one thing spoiled is refused by that thing's name, before any volume hears of it.</summary>
public class SpoiledPublishTests
{
    private const string Context = "csi.storage.k8s.io/";

    private static readonly Dictionary<string, (Action<NodePublishVolumeRequest> Spoil, string[] Says)> Spoilings = new()
    {
        ["no volume id"] = (request => request.VolumeId = "", ["volume_id"]),
        ["a blank volume id"] = (request => request.VolumeId = "  ", ["volume_id"]),
        ["a volume id beyond the limit"] = (request => request.VolumeId = new string('v', 129), ["volume_id", "128"]),
        ["a volume id beyond the limit in bytes"] = (request => request.VolumeId = new string('ü', 65), ["volume_id", "128"]),
        ["a volume id over two lines"] = (request => request.VolumeId = "csi-1\ninjected line", ["volume_id"]),
        ["no target"] = (request => request.TargetPath = "", ["target_path"]),
        ["a relative target"] = (request => request.TargetPath = "var/lib/kubelet/mount", ["target_path", "absolute"]),
        ["a target that goes up"] = (request => request.TargetPath += "/../../../mount", ["target_path", ".."]),
        ["a target that ends in going up"] = (request => request.TargetPath += "/..", ["target_path", ".."]),
        ["the root as target"] = (request => request.TargetPath = "//.//", ["target_path", "root"]),
        ["a target with a zero"] = (request => request.TargetPath += "\0", ["target_path"]),
        ["a target beyond PATH_MAX"] = (request => request.TargetPath = "/" + new string('t', 4095), ["target_path", "4095"]),
        ["no capability"] = (request => request.VolumeCapability = null, ["volume_capability"]),
        ["a block device"] = (request => request.VolumeCapability.Block = new(), ["volume_capability", "block", "expected mount"]),
        ["neither mount nor block"] = (request => request.VolumeCapability.ClearAccessType(), ["volume_capability.mount"]),
        ["no access mode"] = (request => request.VolumeCapability.AccessMode = null, ["access_mode"]),
        ["access mode 0"] = (request => request.VolumeCapability.AccessMode.Mode = Mode.Unknown, ["access_mode"]),
        ["an access mode of the future"] = (request => request.VolumeCapability.AccessMode.Mode = (Mode)8, ["access_mode"]),
        ["a group by name"] = (request => request.VolumeCapability.Mount.VolumeMountGroup = "wheel", ["volume_mount_group", "fsGroup"]),
        ["a group below 0"] = (request => request.VolumeCapability.Mount.VolumeMountGroup = "-1", ["volume_mount_group"]),
        ["a group that chown takes for none"] = (request => request.VolumeCapability.Mount.VolumeMountGroup = "4294967295", ["volume_mount_group"]),
        ["a group beyond 32 bits"] = (request => request.VolumeCapability.Mount.VolumeMountGroup = "4294967296", ["volume_mount_group"]),
        ["a group with a space"] = (request => request.VolumeCapability.Mount.VolumeMountGroup = " 2000", ["volume_mount_group"]),
        ["not ephemeral"] = (request => request.VolumeContext[Context + "ephemeral"] = "false", ["ephemeral", "inline", "spec.volumes[].csi"]),
        ["no pod name"] = (request => request.VolumeContext.Remove(Context + "pod.name"), ["pod.name", "podInfoOnMount: true"]),
        ["no pod namespace"] = (request => request.VolumeContext.Remove(Context + "pod.namespace"), ["pod.namespace", "podInfoOnMount: true"]),
        ["no pod uid"] = (request => request.VolumeContext.Remove(Context + "pod.uid"), ["pod.uid", "podInfoOnMount: true"]),
        ["no service account"] = (request => request.VolumeContext.Remove(Context + "serviceAccount.name"), ["serviceAccount.name", "podInfoOnMount: true"]),
        ["an empty pod uid"] = (request => request.VolumeContext[Context + "pod.uid"] = "", ["pod.uid", "podInfoOnMount: true"]),
        ["no volume context"] = (request => request.VolumeContext.Clear(), ["volume_context", "podInfoOnMount: true"]),
    };

    public static TheoryData<string> Spoiled => [.. Spoilings.Keys];

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task Publish_Spoiled_IsRefusedByName(string what)
    {
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();
        Spoilings[what].Spoil(request);

        var refusal = await driver.Refusal(node => node.NodePublishVolumeAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.All(Spoilings[what].Says, word => Assert.Contains(word, refusal.Detail, StringComparison.Ordinal));
        Assert.Empty(driver.Volumes.Told);
    }

    public static TheoryData<string> Allowed => [.. Varieties.Keys];

    private static readonly Dictionary<string, Action<NodePublishVolumeRequest>> Varieties = new()
    {
        ["as recorded"] = _ => { },
        ["not read-only"] = request => request.Readonly = false, // docs/decisions/0003
        ["ephemeral left out"] = request => request.VolumeContext.Remove(Context + "ephemeral"),
        ["no class"] = request => request.VolumeContext.Remove("secretProviderClass"), // the volume says so, once it knows whether content is in place
        ["no tokens"] = request => request.Secrets.Clear(),
        ["secrets with keys and sizes that CSI forbids"] = request => request.Secrets["a/b c:ü"] = new string('s', 100_000),
        ["a volume context beyond 4 KiB"] = request => request.VolumeContext["parameters.objects"] = new string('o', 100_000),
        ["group 0"] = request => request.VolumeCapability.Mount.VolumeMountGroup = "0",
        ["the largest volume id"] = request => request.VolumeId = new string('v', 128),
        ["a file name with dots"] = request => request.TargetPath = "/var/lib/..kubelet../mount..",
        ["any mode"] = request => request.VolumeCapability.AccessMode.Mode = Mode.MultiNodeMultiWriter,
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public async Task Publish_UnusualButSound_ReachesTheVolume(string what)
    {
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();
        Varieties[what](request);

        await driver.Call(node => node.NodePublishVolumeAsync(request));

        Assert.Equal(request.VolumeId, Assert.Single(driver.Volumes.Publishes).Spec.VolumeId);
    }

    [Theory]
    [InlineData(Mode.SingleNodeWriter, "SINGLE_NODE_WRITER")]
    [InlineData(Mode.SingleNodeReaderOnly, "SINGLE_NODE_READER_ONLY")]
    [InlineData(Mode.MultiNodeReaderOnly, "MULTI_NODE_READER_ONLY")]
    [InlineData(Mode.MultiNodeSingleWriter, "MULTI_NODE_SINGLE_WRITER")]
    [InlineData(Mode.MultiNodeMultiWriter, "MULTI_NODE_MULTI_WRITER")]
    [InlineData(Mode.SingleNodeSingleWriter, "SINGLE_NODE_SINGLE_WRITER")]
    [InlineData(Mode.SingleNodeMultiWriter, "SINGLE_NODE_MULTI_WRITER")]
    public async Task Publish_AccessMode_ArrivesUnderItsName(Mode mode, string name)
    {
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();
        request.VolumeCapability.AccessMode.Mode = mode;

        await driver.Call(node => node.NodePublishVolumeAsync(request));

        Assert.Equal(name, Assert.Single(driver.Volumes.Publishes).Spec.AccessMode);
    }

    /// <summary>One spelling for one place, or an unpublish would not find what was published.</summary>
    [Theory]
    [InlineData("/var/lib/mount/")]
    [InlineData("//var/lib//mount")]
    [InlineData("/var/./lib/mount")]
    public async Task Publish_TargetSpelledOtherwise_ArrivesInItsSimplestForm(string path)
    {
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();
        request.TargetPath = path;

        await driver.Call(node => node.NodePublishVolumeAsync(request));
        await driver.Call(node => node.NodeUnpublishVolumeAsync(new() { VolumeId = request.VolumeId, TargetPath = path }));

        Assert.Equal("/var/lib/mount", Assert.Single(driver.Volumes.Publishes).Spec.TargetPath);
        Assert.Contains((request.VolumeId, nameof(IVolumeGrain.Unpublish), "/var/lib/mount"), driver.Volumes.Told);
    }
}
