namespace ActorCsi.Tests.Volumes;

/// <summary>The generation that was replaced stays for readers on their way through it, and goes five seconds later.</summary>
public sealed class TidyTests : VolumeTest
{
    public TidyTests()
    {
        Provider.Gives("one").Gives("two");
        Publish();
        ClearEffects();
    }

    [Fact]
    public void Tidy_AfterASwap_ComesFiveSecondsLater()
    {
        Refresh();
        Assert.Equal(1, Kernel.Mounts[Target].Orphans);

        Advance(5 * Second - Millisecond);
        Assert.Equal(1, Kernel.Mounts[Target].Orphans);
        Advance(Millisecond);

        Assert.Equal(0, Kernel.Mounts[Target].Orphans);
    }

    [Fact]
    public void Tidy_SwapAfterSwap_WaitsForTheLast()
    {
        Refresh();
        Advance(3 * Second);
        Provider.Gives("three");
        Refresh();

        Advance(5 * Second - Millisecond);
        Assert.DoesNotContain("tidy", Effects);
        Advance(Millisecond);

        Assert.Equal(1, Effects.Count(effect => effect == "tidy"));
    }

    [Fact]
    public void Tidy_FirstGeneration_HasNothingToTidy()
    {
        Advance(30 * Second);

        Assert.Empty(Effects);
    }

    [Fact]
    public void Tidy_SameContentAgain_HasNothingToTidy()
    {
        Provider.Gives("one");
        Refresh();
        Provider.Gives("one");
        Refresh();
        Advance(5 * Second);
        ClearEffects();
        Refresh();

        Advance(30 * Second);

        Assert.DoesNotContain("tidy", Effects);
    }

    [Fact]
    public void Tidy_UnpublishedMeanwhile_TouchesNothing()
    {
        Refresh();
        Unpublish();

        Advance(30 * Second);

        Assert.DoesNotContain("tidy", Effects);
        Assert.DoesNotContain(Log.All, line => line.Contains("Error", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Tidy_MountVanishedMeanwhile_TouchesNothing()
    {
        Refresh();
        Kernel.Mounts.Clear();

        Advance(5 * Second);

        Assert.DoesNotContain("tidy", Effects);
    }

    [Fact]
    public void Tidy_RecordOfTheSwapCouldNotBeWritten_ComesAllTheSame()
    {
        Break("write Serving");
        Refresh();

        Advance(5 * Second);

        Assert.Equal(0, Kernel.Mounts[Target].Orphans);
    }
}
