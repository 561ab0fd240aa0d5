using Csi.V1;

namespace ActorCsi.Tests.Driver;

/// <summary>Each call about a volume is timed under its method and its answer, and publishes and unpublishes are told to whoever counts them.</summary>
public class RpcMetricsTests
{
    private const string Duration = "rpc.server.call.duration";

    [Fact]
    public async Task Calls_OfEachKind_AreTimedUnderMethodAndAnswer()
    {
        await using var driver = await RunningDriver.Start();
        using var measurements = driver.Measure();

        await driver.Call(node => node.NodePublishVolumeAsync(Recording.Publish()));
        await driver.Call(node => node.NodeGetVolumeStatsAsync(new() { VolumeId = "v", VolumePath = "/t/mount" }));
        await driver.Call(node => node.NodeUnpublishVolumeAsync(new() { VolumeId = "v", TargetPath = "/t/mount" }));
        await driver.Refusal(node => node.NodeUnpublishVolumeAsync(new() { VolumeId = "v" }));

        Assert.Equal(
            [Labels("NodePublishVolume", "OK"), Labels("NodeGetVolumeStats", "OK"), Labels("NodeUnpublishVolume", "OK"), Labels("NodeUnpublishVolume", "INVALID_ARGUMENT")],
            measurements.Of(Duration).Select(one => one.Labels));
    }

    [Fact]
    public async Task Publish_TakesAWhile_IsTimed()
    {
        await using var driver = await RunningDriver.Start();
        using var measurements = driver.Measure();
        driver.Volumes.OnPublish = (_, _) =>
        {
            driver.Time.Advance(TimeSpan.FromSeconds(2));
            return Task.CompletedTask;
        };

        await driver.Call(node => node.NodePublishVolumeAsync(Recording.Publish()));

        Assert.Equal(2, measurements.Last(Duration, Labels("NodePublishVolume", "OK"))!.Value, 3);
    }

    [Theory]
    [InlineData(VolumeError.Invalid, "INVALID_ARGUMENT")]
    [InlineData(VolumeError.ProviderUnavailable, "UNAVAILABLE")]
    [InlineData(VolumeError.TokenRefused, "UNAUTHENTICATED")]
    [InlineData(VolumeError.Full, "RESOURCE_EXHAUSTED")]
    [InlineData(VolumeError.Busy, "ABORTED")]
    public async Task Publish_Fails_IsTimedUnderItsCode(VolumeError error, string code)
    {
        await using var driver = await RunningDriver.Start();
        using var measurements = driver.Measure();
        driver.Volumes.OnPublish = (_, _) => throw new VolumeException(error, "no");

        await driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish()));

        Assert.NotNull(measurements.Last(Duration, Labels("NodePublishVolume", code)));
    }

    [Fact]
    public async Task PublishAndUnpublish_HoweverTheyEnd_AreToldOnce()
    {
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();

        await driver.Call(node => node.NodePublishVolumeAsync(request));
        driver.Volumes.OnPublish = (_, _) => throw new VolumeException(VolumeError.ProviderDenies, "no");
        await driver.Refusal(node => node.NodePublishVolumeAsync(request));
        await driver.Refusal(node => node.NodePublishVolumeAsync(new NodePublishVolumeRequest(request) { TargetPath = "" }));
        await driver.Call(node => node.NodeUnpublishVolumeAsync(new() { VolumeId = "v", TargetPath = "/t/mount" }));
        driver.Volumes.OnUnpublish = _ => throw new VolumeException(VolumeError.Internal, "no");
        await driver.Refusal(node => node.NodeUnpublishVolumeAsync(new() { VolumeId = "v", TargetPath = "/t/mount" }));

        Assert.Equal(
            [
                $"published {request.VolumeId}, tokens from Secrets", $"publish failed {request.VolumeId}, ProviderDenies", "publish failed , Invalid",
                "unpublished", "unpublish failed",
            ],
            driver.Volumes.Counted);
    }

    private static string Labels(string rpc, string code) => $"{{rpc.system.name=grpc,rpc.method=csi.v1.Node/{rpc},rpc.response.status_code={code}}}";
}
