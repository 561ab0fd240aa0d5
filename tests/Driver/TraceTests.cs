using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorCsi.Tests.Driver;

/// <summary>One activity for each call about a volume, with the volume's id and how it ended.</summary>
public class TraceTests
{
    [Fact]
    public async Task Publish_SoundAndFailed_OneActivityEach()
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ActorCsi.Driver",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var driver = await RunningDriver.Start();
        var request = Recording.Publish();
        request.VolumeId = $"csi-{Guid.NewGuid():N}"; // other tests trace too

        await driver.Call(node => node.NodePublishVolumeAsync(request));
        driver.Volumes.OnPublish = (_, _) => throw new VolumeException(VolumeError.ProviderDenies, "no");
        await driver.Refusal(node => node.NodePublishVolumeAsync(request));

        Assert.Equal(
            [("NodePublishVolume", ActivityStatusCode.Unset, null), ("NodePublishVolume", ActivityStatusCode.Error, "PermissionDenied")],
            stopped.Where(activity => request.VolumeId.Equals(activity.GetTagItem("volume")))
                .Select(activity => (activity.OperationName, activity.Status, activity.StatusDescription)));
    }
}
