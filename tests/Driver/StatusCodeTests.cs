using ActorCsi.Driver;
using ActorCsi.Testing;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Driver;

/// <summary>Every failure leaves as the code of the one table, with words for the pod's event, and is logged once.</summary>
public class StatusCodeTests
{
    /// <summary>Codes after which kubelet knows that the volume may be half there: it asks again, and unpublishes when the pod goes.</summary>
    private static readonly StatusCode[] NotFinal =
        [StatusCode.Cancelled, StatusCode.DeadlineExceeded, StatusCode.ResourceExhausted, StatusCode.Aborted, StatusCode.Unavailable];

    private static readonly Dictionary<VolumeError, StatusCode> Expected = new()
    {
        [VolumeError.Internal] = StatusCode.Internal,
        [VolumeError.Invalid] = StatusCode.InvalidArgument,
        [VolumeError.NotFound] = StatusCode.NotFound,
        [VolumeError.TokenMissing] = StatusCode.Unavailable,
        [VolumeError.TokenRefused] = StatusCode.Unauthenticated,
        [VolumeError.ProviderUnavailable] = StatusCode.Unavailable,
        [VolumeError.ProviderThrottles] = StatusCode.Unavailable,
        [VolumeError.ProviderDenies] = StatusCode.PermissionDenied,
        [VolumeError.ProviderFailed] = StatusCode.Internal,
        [VolumeError.Busy] = StatusCode.Aborted,
        [VolumeError.PublishedDifferently] = StatusCode.AlreadyExists,
        [VolumeError.PublishedElsewhere] = StatusCode.FailedPrecondition,
        [VolumeError.Full] = StatusCode.ResourceExhausted,
        [VolumeError.GivenUp] = StatusCode.Aborted,
        [VolumeError.ClusterUnavailable] = StatusCode.Unavailable,
        [VolumeError.ProviderPending] = StatusCode.Unavailable,
    };

    public static TheoryData<VolumeError> Errors => [.. Enum.GetValues<VolumeError>()];

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Publish_VolumeFails_GivesTheCodeOfTheTable(VolumeError error)
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnPublish = (_, _) => throw new VolumeException(error, "what the user must know: 100 % ünïcode");

        var refusal = await driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish()));

        Assert.Equal(Expected[error], refusal.StatusCode);
        if (error is not VolumeError.Internal)
            Assert.Equal("what the user must know: 100 % ünïcode", refusal.Detail);
        Assert.Single(Failures(driver));
    }

    [Theory]
    [InlineData(VolumeError.TokenMissing)]
    [InlineData(VolumeError.ProviderUnavailable)]
    [InlineData(VolumeError.ProviderThrottles)]
    [InlineData(VolumeError.Busy)]
    [InlineData(VolumeError.GivenUp)]
    [InlineData(VolumeError.ClusterUnavailable)]
    [InlineData(VolumeError.ProviderPending)]
    [InlineData(VolumeError.Full)]
    public void Code_WhatMayPass_IsNotFinalForKubelet(VolumeError error) => Assert.Contains(StatusTable.Code(error), NotFinal);

    [Theory]
    [InlineData("System.InvalidOperationException: /etc/shadow line 3")]
    [InlineData("VolumeException of kind Internal")]
    public async Task Publish_Unforeseen_TellsAnIdThatTheLogKnows(string what)
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnPublish = (_, _) => throw (what.StartsWith("Volume", StringComparison.Ordinal)
            ? new VolumeException(VolumeError.Internal, what)
            : new InvalidOperationException(what));

        var refusal = await driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish()));

        Assert.Equal(StatusCode.Internal, refusal.StatusCode);
        Assert.DoesNotContain(what, refusal.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refusal.Detail, StringComparison.Ordinal);
        var id = Assert.Single(refusal.Detail.Split(' ', ';'), word => word.Length == 12 && word.All(char.IsAsciiHexDigitLower));
        var line = Assert.Single(Failures(driver));
        Assert.Contains(id, line, StringComparison.Ordinal);
        Assert.Contains(what, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_VolumeDoesNotAnswer_IsDeadlineExceeded()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnPublish = (_, _) => throw new TimeoutException("grain volume/csi-1 did not answer");

        Assert.Equal(StatusCode.DeadlineExceeded, (await driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish()))).StatusCode);
    }

    [Fact]
    public async Task Publish_TooManyWait_IsAborted()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnPublish = (_, _) => throw new LimitExceededException("10000 calls wait");

        Assert.Equal(StatusCode.Aborted, (await driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish()))).StatusCode);
    }

    [Fact]
    public async Task Publish_SiloStops_IsUnavailable()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.OnPublish = (_, _) => throw new SiloUnavailableException("the silo stops");

        Assert.Equal(StatusCode.Unavailable, (await driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish()))).StatusCode);
    }

    /// <summary>What the volume does is cancelled with the call, so that its retry need not queue up behind a fetch for nobody.</summary>
    [Fact]
    public async Task Publish_CallerGivesUp_TheVolumeHearsOfIt()
    {
        await using var driver = await RunningDriver.Start();
        var (begun, cancelled) = driver.Volumes.HangOnPublish();
        using var giveUp = new CancellationTokenSource();

        var call = driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish(), cancellationToken: giveUp.Token));
        await begun.Soon();
        await giveUp.CancelAsync();

        await cancelled.Soon();
        Assert.Equal(StatusCode.Cancelled, (await call).StatusCode);
        await driver.Log.Holds("the caller gave up");
        Assert.Single(Failures(driver));
    }

    /// <summary>An unpublish that was announced comes: half a leave would keep the volume from refreshing, and nobody from using it.</summary>
    [Fact]
    public async Task Unpublish_CallerGivesUp_GoesOn()
    {
        await using var driver = await RunningDriver.Start();
        var (begun, goOn, done) = (new TaskCompletionSource<CancellationToken>(), new TaskCompletionSource(), new TaskCompletionSource());
        driver.Volumes.OnUnpublish = async cancellationToken =>
        {
            begun.SetResult(cancellationToken);
            await goOn.Task;
            done.SetResult();
        };
        using var giveUp = new CancellationTokenSource();

        var call = driver.Refusal(node => node.NodeUnpublishVolumeAsync(new() { VolumeId = "v", TargetPath = "/t/mount" }, cancellationToken: giveUp.Token));
        var volumesToken = await begun.Task.Soon();
        await giveUp.CancelAsync();
        await call;

        Assert.False(volumesToken.CanBeCanceled);
        goOn.SetResult();
        await done.Task.Soon();
    }

    [Fact]
    public async Task Publish_ProviderSaysTooMuch_IsCutToWhatFits()
    {
        await using var driver = await RunningDriver.Start();
        var page = string.Concat(Enumerable.Repeat("<p>%é</p>\n", 100_000));
        driver.Volumes.OnPublish = (_, _) => throw new VolumeException(VolumeError.ProviderFailed, page);

        var refusal = await driver.Refusal(node => node.NodePublishVolumeAsync(Recording.Publish()));

        Assert.Equal(StatusCode.Internal, refusal.StatusCode);
        Assert.InRange(refusal.Detail.Length, 1000, 5000);
        Assert.StartsWith(refusal.Detail[..^1], page, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Failures(RunningDriver driver) => driver.Log.At(LogLevel.Warning).Concat(driver.Log.At(LogLevel.Error));
}
