using ActorCsi.Grains;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Refresh;

/// <summary>Copies end, and what has ended is erased.</summary>
public sealed class KeptBundlesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly KeptBundles _kept = new();

    [Fact]
    public void EraseEnded_AtItsEnd_ErasesTheBytes()
    {
        var bundle = Keep(reuse: 30, outage: 60);

        _kept.EraseEnded(Noon.AddSeconds(59));
        Assert.Equal("content", bundle.Files[0].Content.ExposeText());
        _kept.EraseEnded(Noon.AddSeconds(60));

        Assert.Throws<ObjectDisposedException>(() => bundle.Files[0].Content.ExposeText());
        Assert.Null(_kept.NextEnd);
    }

    [Fact]
    public void NextEnd_ContentExpiresFirst_IsThen()
    {
        Keep(reuse: 30, outage: 3600, life: 100);

        Assert.Equal(Noon.AddSeconds(100), _kept.NextEnd);
    }

    [Fact]
    public void Keep_AnotherInItsPlace_ErasesTheOneBefore()
    {
        var before = Keep(30, 30);

        Keep(30, 30);

        Assert.Throws<ObjectDisposedException>(() => before.Files[0].Content.ExposeText());
    }

    [Fact]
    public void Keep_NothingToKeepItFor_ErasesItAtOnce()
        => Assert.Throws<ObjectDisposedException>(() => Keep(0, 0).Files[0].Content.ExposeText());

    [Fact]
    public void Keep_Unchanged_MakesTheCopyYoungAgain()
    {
        Keep(30, 60);
        _kept.Keep("key", Bundle(Noon.AddSeconds(50)) with { Unchanged = true, Files = [] }, new KeptFor(Noon.AddSeconds(80), Noon.AddSeconds(80), Noon.AddSeconds(110)));

        var copy = _kept.ForOutage("key", Noon.AddSeconds(100))!;
        Assert.Equal(("content", Noon.AddSeconds(50)), (copy.Files[0].Content.ExposeText(), copy.FetchedAt));
    }

    [Theory]
    [InlineData(29, false, true)]
    [InlineData(30, false, false)]
    [InlineData(30, true, true)]
    [InlineData(299, true, true)]
    [InlineData(300, true, false)]
    public void ForReuse_Renewal_MayBeOfSomeMinutesAgo(int after, bool isRenewal, bool isGiven)
    {
        Keep(reuse: 30, outage: 3600, renewal: 300);

        Assert.Equal(isGiven, _kept.ForReuse("key", null, Noon.AddSeconds(after), isRenewal) is not null);
    }

    [Fact]
    public void ForReuse_RenewalOfTheSameAge_IsNoNews()
    {
        Keep(reuse: 30, outage: 30, renewal: 300);

        Assert.Null(_kept.ForReuse("key", newerThan: Noon, Noon.AddSeconds(60), isRenewal: true));
    }

    [Fact]
    public void Erase_Everything_IsErased()
    {
        var bundle = Keep(30, 60);

        _kept.Erase();

        Assert.Throws<ObjectDisposedException>(() => bundle.Files[0].Content.ExposeText());
    }

    private SecretBundle Keep(int reuse, int outage, int? life = null, int renewal = 0)
    {
        var bundle = Bundle(Noon) with { ExpiresAt = life is { } seconds ? Noon.AddSeconds(seconds) : null };
        _kept.Keep("key", bundle, new KeptFor(Noon.AddSeconds(reuse), Noon.AddSeconds(renewal), Noon.AddSeconds(outage)));
        return bundle;
    }

    private static SecretBundle Bundle(DateTimeOffset fetchedAt) => new()
    {
        Files = [new SecretFile("file", SecretFile.DefaultMode, Secret.FromText("content"))],
        Objects = [new ObjectVersion("object", "1")],
        FetchedAt = fetchedAt,
    };
}
