using ActorCsi.Testing;
using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using PluginRegistration.V1;
using Unit = Csi.V1.VolumeUsage.Types.Unit;

namespace ActorCsi.Tests.Driver;

/// <summary>What a real kubelet sent is answered as a kubelet needs it, and reaches the volumes whole.</summary>
public class KubeletReplayTests
{
    private const string TokensKey = "csi.storage.k8s.io/serviceAccount.tokens";

    public static TheoryData<string> Recordings => [.. Recording.All];

    public static TheoryData<string> VolumeRecordings => [.. Recording.All.Where(file => file != "registration.jsonl")];

    [Fact]
    public void Recordings_AreAllHere() => Assert.Equal(6, Recording.All.Count());

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Replay_EveryCall_IsAnsweredWithoutError(string file)
    {
        await using var driver = await RunningDriver.Start();
        foreach (var call in Recording.Load(file))
        {
            var answer = await Kubelet.Repeat(call, call.Method.StartsWith("/csi.", StringComparison.Ordinal) ? driver.Socket : driver.RegistrationSocket);
            if (answer is NodeGetVolumeStatsResponse stats)
                Assert.Equal([Unit.Bytes, Unit.Inodes], stats.Usage.Select(usage => usage.Unit));
        }

        Assert.Empty(driver.Log.At(LogLevel.Warning));
        Assert.Empty(driver.Log.At(LogLevel.Error));
    }

    /// <summary>Nothing of a request is lost or invented on the way to the grain; the tokens arrive byte for byte, and nowhere but in their place.</summary>
    [Theory]
    [MemberData(nameof(VolumeRecordings))]
    public async Task Replay_EveryPublish_ReachesItsVolumeWhole(string file)
    {
        await using var driver = await RunningDriver.Start();
        var recorded = Recording.Load(file).Where(call => call.Request is NodePublishVolumeRequest).ToList();
        foreach (var call in recorded)
            await Kubelet.Repeat(call, driver.Socket);

        Assert.Equal(recorded.Count, driver.Volumes.Publishes.Count);
        foreach (var (sent, arrived) in recorded.Select(call => (NodePublishVolumeRequest)call.Request).Zip(driver.Volumes.Publishes))
        {
            var context = sent.VolumeContext;
            Assert.Equal(sent.VolumeId, arrived.Spec.VolumeId);
            Assert.Equal(sent.TargetPath, arrived.Spec.TargetPath);
            Assert.Equal(sent.Readonly, arrived.Spec.ReadOnly);
            Assert.Equal(
                new PodIdentity(context["csi.storage.k8s.io/pod.namespace"], context["csi.storage.k8s.io/pod.name"],
                    context["csi.storage.k8s.io/pod.uid"], context["csi.storage.k8s.io/serviceAccount.name"]),
                arrived.Spec.Pod);
            Assert.Equal(context["secretProviderClass"], arrived.Spec.ClassName);
            Assert.Equal(new StringMap(context.Where(entry => entry.Key != TokensKey)), arrived.Spec.Attributes);

            var inSecrets = sent.Secrets.ContainsKey(TokensKey);
            Assert.Equal(inSecrets ? TokenSource.Secrets : TokenSource.VolumeContext, arrived.TokenSource);
            Assert.Equal(inSecrets ? sent.Secrets[TokensKey] : context[TokensKey], arrived.Tokens!.ExposeText());
            Assert.Empty(arrived.NodePublishSecrets);
        }
    }

    /// <summary>Or the volume would take a republish for another publish: only what the driver had declared changes what kubelet asks for.</summary>
    [Theory]
    [MemberData(nameof(VolumeRecordings))]
    public async Task Replay_Republish_AsksForTheSame(string file)
    {
        await using var driver = await RunningDriver.Start();
        foreach (var call in Recording.Load(file).Where(call => call.Request is NodePublishVolumeRequest))
            await Kubelet.Repeat(call, driver.Socket);

        var volumes = driver.Volumes.Publishes.GroupBy(publish => publish.Spec.VolumeId).ToList();
        Assert.Contains(volumes, volume => volume.Count() > 1);
        Assert.All(volumes, volume => Assert.Single(volume.Select(publish => publish.Spec with { AccessMode = "", FsGroup = null }).Distinct()));
    }

    [Fact]
    public async Task Replay_CapabilitiesDeclaredMeanwhile_GroupAndModeArrive()
    {
        await using var driver = await RunningDriver.Start();
        foreach (var call in Recording.Load("pod-tokens-in-volume-context.jsonl").Where(call => call.Request is NodePublishVolumeRequest))
            await Kubelet.Repeat(call, driver.Socket);

        var asked = driver.Volumes.Publishes.Select(publish => (publish.Spec.AccessMode, publish.Spec.FsGroup)).Distinct();
        Assert.Equal([("SINGLE_NODE_WRITER", null), ("SINGLE_NODE_MULTI_WRITER", 2000u)], asked);
    }

    /// <summary>The volume that fails as the recording's driver did gives kubelet the same code, with the reason for the pod's event.</summary>
    [Theory]
    [InlineData("answered-unavailable.jsonl", VolumeError.ProviderUnavailable, StatusCode.Unavailable)]
    [InlineData("answered-invalid-argument.jsonl", VolumeError.Invalid, StatusCode.InvalidArgument)]
    public async Task Replay_VolumeFails_EachRetryIsToldTheReason(string file, VolumeError error, StatusCode code)
    {
        await using var driver = await RunningDriver.Start();
        var calls = Recording.Load(file).Where(call => call.Answered is not null).ToList();
        driver.Volumes.OnPublish = (_, _) => throw new VolumeException(error, "vault is down (injected)");

        foreach (var call in calls)
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(() => Kubelet.Repeat(call, driver.Socket));
            Assert.Equal(new Status(code, "vault is down (injected)"), refusal.Status);
        }
        Assert.Equal(calls.Count, driver.Volumes.Publishes.Count);
        Assert.Equal(calls.Count, driver.Log.At(LogLevel.Warning).Count(line => line.Contains("vault is down (injected)", StringComparison.Ordinal)));
    }

    /// <summary>A fetch in flight must not hold the pod's end up: the volume hears of it before its turn comes.</summary>
    [Theory]
    [InlineData("six-pods-at-once.jsonl", 6)]
    [InlineData("pod-tokens-in-secrets.jsonl", 1)]
    public async Task Replay_Unpublish_IsAnnouncedFirst(string file, int pods)
    {
        await using var driver = await RunningDriver.Start();
        var unpublishes = Recording.Load(file).Where(call => call.Request is NodeUnpublishVolumeRequest).ToList();
        foreach (var call in unpublishes)
            await Kubelet.Repeat(call, driver.Socket);

        Assert.Equal(pods, unpublishes.Count);
        Assert.Equal(
            unpublishes.Select(call => (NodeUnpublishVolumeRequest)call.Request).SelectMany(sent => new (string, string, object?)[]
            {
                (sent.VolumeId, nameof(IVolumeGrain.Leave), null),
                (sent.VolumeId, nameof(IVolumeGrain.Unpublish), sent.TargetPath),
            }),
            driver.Volumes.Told);
    }

    /// <summary>The six pods' publishes overlapped: all are with their volumes before the first is answered.</summary>
    [Fact]
    public async Task Replay_SixPodsAtOnce_NoneWaitsForAnother()
    {
        await using var driver = await RunningDriver.Start();
        var calls = Recording.Load("six-pods-at-once.jsonl")
            .Where(call => call.Request is NodePublishVolumeRequest).DistinctBy(call => ((NodePublishVolumeRequest)call.Request).VolumeId).ToList();
        var allThere = new CountdownEvent(calls.Count);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        driver.Volumes.OnPublish = (_, _) =>
        {
            if (allThere.Signal())
                goOn.SetResult();
            return goOn.Task;
        };

        await Task.WhenAll(calls.Select(call => Kubelet.Repeat(call, driver.Socket))).Soon();
    }

    [Fact]
    public async Task Replay_Registration_EndsInTheLog()
    {
        await using var driver = await RunningDriver.Start(options => options with { MaxVolumesPerNode = 110 });
        var answers = new List<object>();
        foreach (var call in Recording.Load("registration.jsonl"))
            answers.Add(await Kubelet.Repeat(call, call.Method.StartsWith("/csi.", StringComparison.Ordinal) ? driver.Socket : driver.RegistrationSocket));

        Assert.Equal(RunningDriver.Name, ((PluginInfo)answers[0]).Name);
        Assert.Equal(new NodeGetInfoResponse { NodeId = "node-1", MaxVolumesPerNode = 110 }, answers[1]);
        Assert.IsType<RegistrationStatusResponse>(answers[2]);
        Assert.Contains("kubelet has registered the driver", driver.Log.At(LogLevel.Information));
    }
}
