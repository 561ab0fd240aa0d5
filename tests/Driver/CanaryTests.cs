using System.Collections.Concurrent;
using System.Diagnostics;
using Csi.V1;
using Grpc.Core;

namespace ActorCsi.Tests.Driver;

/// <summary>
/// A secret in any field that is not a name is in no log line at the most verbose level, no error and no trace; at a sound request and at every spoiled one.
/// </summary>
public class CanaryTests
{
    private const string Canary = "canary-7f3a";

    private static readonly Action<NodePublishVolumeRequest>[] Spoilings =
    [
        _ => { },
        request => request.VolumeId = "",
        request => request.TargetPath = $"{Canary}/relative",
        request => request.TargetPath = $"/{Canary}/../up",
        request => request.VolumeCapability = null,
        request => request.VolumeCapability.Mount.VolumeMountGroup = Canary,
        request => request.VolumeContext["csi.storage.k8s.io/ephemeral"] = Canary,
        request => request.VolumeContext.Remove("csi.storage.k8s.io/pod.uid"),
    ];

    public static TheoryData<int> Spoiled => [.. Enumerable.Range(0, Spoilings.Length)];

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task Publish_SecretsEverywhere_AreSeenNowhere(int spoiling)
    {
        var traces = new ConcurrentQueue<string>(); // other tests trace meanwhile
        using var listener = Listen(traces);
        await using var driver = await RunningDriver.Start();
        var request = WithCanaries(Recording.Publish());
        Spoilings[spoiling](request);

        var told = await Outcome(driver, request);

        Assert.DoesNotContain(Canary, told, StringComparison.Ordinal);
        Assert.NotEmpty(driver.Log.All);
        Assert.DoesNotContain(driver.Log.All, line => line.Contains(Canary, StringComparison.Ordinal));
        Assert.NotEmpty(traces);
        Assert.DoesNotContain(traces, trace => trace.Contains(Canary, StringComparison.Ordinal));
    }

    /// <summary>Also when a volume fails with a bug, and when somebody prints what it was handed.</summary>
    [Fact]
    public async Task Publish_VolumeBreaksAndPrintsItsRequest_NothingIsSeen()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnPublish = (publish, _) => throw new InvalidOperationException($"{publish} {publish.Tokens} {string.Join(' ', publish.NodePublishSecrets)}");

        var told = await Outcome(driver, WithCanaries(Recording.Publish()));

        Assert.DoesNotContain(Canary, told, StringComparison.Ordinal);
        Assert.Contains(driver.Log.All, line => line.Contains("[redacted]", StringComparison.Ordinal));
        Assert.DoesNotContain(driver.Log.All, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OtherCalls_SecretsEverywhere_AreSeenNowhere()
    {
        await using var driver = await RunningDriver.Start();
        var secrets = new Dictionary<string, string> { [Canary] = Canary };

        var stage = await driver.Refusal(node => node.NodeStageVolumeAsync(new()
        {
            VolumeId = "v",
            StagingTargetPath = Canary,
            PublishContext = { secrets },
            Secrets = { secrets },
            VolumeContext = { secrets },
        }));
        var expand = await driver.Refusal(node => node.NodeExpandVolumeAsync(new() { VolumeId = "v", VolumePath = Canary, StagingTargetPath = Canary, Secrets = { secrets } }));
        await driver.Call(node => node.NodeGetVolumeStatsAsync(new() { VolumeId = "v", VolumePath = "/t/mount", StagingTargetPath = Canary }));

        Assert.DoesNotContain(Canary, stage.Detail + expand.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(driver.Log.All, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    private static NodePublishVolumeRequest WithCanaries(NodePublishVolumeRequest request)
    {
        request.PublishContext[Canary] = Canary;
        request.StagingTargetPath = $"/{Canary}";
        request.VolumeCapability.Mount.FsType = Canary;
        request.VolumeContext["foo"] = Canary;
        request.VolumeContext[Canary] = "a key";
        request.VolumeContext["csi.storage.k8s.io/serviceAccount.tokens"] = Canary;
        request.Secrets["csi.storage.k8s.io/serviceAccount.tokens"] = Canary;
        request.Secrets["password"] = Canary;
        return request;
    }

    private static async Task<string> Outcome(RunningDriver driver, NodePublishVolumeRequest request)
    {
        try
        {
            return (await driver.Call(node => node.NodePublishVolumeAsync(request))).ToString();
        }
        catch (RpcException refusal)
        {
            return refusal.Status.Detail + string.Join(' ', refusal.Trailers.Select(entry => $"{entry.Key}={entry.Value}"));
        }
    }

    private static ActivityListener Listen(ConcurrentQueue<string> traces)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("ActorCsi", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traces.Enqueue(
                $"{activity.OperationName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events)}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
