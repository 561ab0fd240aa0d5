using ActorCsi.Fakes;

namespace ActorCsi.Tests.Volumes;

/// <summary>An operator who looks closely sees all that a volume knows, and no secret.</summary>
public sealed class InspectInFullTests : VolumeTest
{
    private VolumeReport? Report
    {
        get
        {
            VolumeReport? report = null;
            Finish(async () => report = await Volume.InspectInFull());
            return report;
        }
    }

    [Fact]
    public void InspectInFull_Published_TellsOfTokensAndNotTheTokens()
    {
        Provider.Gives("one");
        Publish();

        var report = Report!;

        Assert.Equal(Published.VolumeId, report.Status.VolumeId);
        Assert.Equal((ClassName, Target), (report.Spec.ClassName, report.Spec.TargetPath));
        Assert.NotEmpty(report.Tokens);
        Assert.All(report.Tokens, token => Assert.True(token.IssuedAt < token.ExpiresAt));
        Assert.Contains(report.Tokens, token => token.Audience == "vault");
        Assert.DoesNotContain(PodTokenJson.Canary, report.ToString() + string.Join(' ', report.Tokens), StringComparison.Ordinal);
    }

    [Fact]
    public void InspectInFull_AfterSeveralRefreshes_TellsWhatBecameOfEach()
    {
        Provider.Gives("one").Gives("two").Fails(VolumeError.ProviderDenies, "no such role");
        Publish();
        Refresh();
        Assert.Throws<VolumeException>(Refresh);

        Assert.Equal(
            [(true, null, null), (true, null, null), (false, VolumeError.ProviderDenies, "no such role")],
            Report!.Refreshes.Select(refresh => (refresh.Changed, refresh.Error, refresh.Message)));
        Assert.Equal(1, Report!.Failures);
    }

    [Fact]
    public void InspectInFull_AfterVeryManyRefreshes_TellsOfTheLastEight()
    {
        Provider.Gives("one");
        Publish();
        for (var i = 0; i < 20; i++)
        {
            Advance(Second);
            Refresh();
        }

        Assert.Equal(Enumerable.Range(-7, 8).Select(second => Time.GetUtcNow() + second * Second), Report!.Refreshes.Select(refresh => refresh.At));
        Assert.All(Report!.Refreshes, refresh => Assert.Equal((false, null), (refresh.Changed, refresh.Error)));
    }

    [Fact]
    public void InspectInFull_SlowProvider_TellsHowLongItTook()
    {
        Provider.Then(async (request, cancellationToken) =>
        {
            await Task.Delay(3 * Second, Time, cancellationToken);
            return await new ScriptedProvider(ProviderName).Gives("one").Fetch(request, cancellationToken);
        });
        StartPublish();
        Advance(3 * Second);

        Assert.Equal(3 * Second, Assert.Single(Report!.Refreshes).Took);
    }

    [Fact]
    public void InspectInFull_DuringAHangingFetch_AnswersAtOnce()
    {
        Provider.Hangs();
        StartPublish();

        Assert.Equal(VolumeState.Mounted, Report!.Status.State);
        Assert.Empty(Report!.Refreshes);
        Unpublish();
    }

    [Fact]
    public void InspectInFull_NotPublished_IsNull() => Assert.Null(Report);
}
