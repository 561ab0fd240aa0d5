using ActorCsi.Fakes;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Testing;
using ActorCsi.Tests.Providers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Tests.Refresh;

/// <summary>What one pod fetched serves others of its identity and class for a moment, and nobody else ever.</summary>
public sealed class SharingTests : IAsyncLifetime
{
    private static readonly SecretProviderClass Class = Requests.Class("vault");

    private readonly VirtualTime _time = new();
    private readonly ScriptedProvider _provider = new("vault") { Shares = _ => "object", Wants = TokenDemand.For("vault") };
    private readonly ProviderLimits _limits = new();
    private IHost _host = null!;

    public async Task InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddMemoryGrainStorage(VolumeGrain.StorageName).UseInMemoryReminderService());
        builder.Services
            .AddSingleton<TimeProvider>(_time)
            .AddVolumes()
            .AddSingleton<ITmpfs>(new MemoryTmpfs(new MemoryKernel()))
            .AddSingleton<IClassSource>(new FixedClasses())
            .AddSingleton<IProviderCatalog>(new FixedCatalog(_provider))
            .Configure<ProviderLimits>(limits => (limits.ReuseFor, limits.StaleFor) = (_limits.ReuseFor, _limits.StaleFor));
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Fact]
    public async Task Fetch_AMomentLater_IsGivenWhatWasFetched()
    {
        _provider.Gives("one").Gives("two");

        var first = await Fetch(Requests.Pod);
        _time.Advance(TimeSpan.FromSeconds(20));
        var second = await Fetch(Requests.Pod with { Name = "web-1", Uid = "another" });

        Assert.Equal(("one", "one"), (Content(first), Content(second)));
        Assert.Equal(first.FetchedAt, second.FetchedAt);
        Assert.Single(_provider.Fetches);
    }

    [Fact]
    public async Task Fetch_WhenTheMomentIsOver_AsksAgain()
    {
        _provider.Gives("one").Gives("two");

        await Fetch(Requests.Pod);
        _time.Advance(_limits.ReuseFor);

        Assert.Equal("two", Content(await Fetch(Requests.Pod)));
    }

    [Fact]
    public async Task Fetch_ShortLivedContent_IsReusedForATenthOfItsLife()
    {
        _provider.Gives("one", bundle => bundle with { ExpiresAt = _time.GetUtcNow().AddSeconds(100) }).Gives("two");

        await Fetch(Requests.Pod);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("one", Content(await Fetch(Requests.Pod)));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("two", Content(await Fetch(Requests.Pod)));
    }

    [Fact]
    public async Task Fetch_Renewal_TakesWhatAnotherHasRenewedMinutesAgo()
    {
        _provider.Gives("one", bundle => bundle with { ExpiresAt = _time.GetUtcNow().AddHours(1) }).Gives("two", bundle => bundle with { ExpiresAt = _time.GetUtcNow().AddHours(1) });
        var old = _time.GetUtcNow().AddMinutes(-20);

        await Fetch(Requests.Pod);
        _time.Advance(_limits.RenewalReuseFor - TimeSpan.FromSeconds(1));
        Assert.Equal("one", Content(await Fetch(Requests.Pod, newerThan: old, isRenewal: true)));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("two", Content(await Fetch(Requests.Pod, newerThan: old, isRenewal: true)));
    }

    [Fact]
    public async Task Fetch_NoRenewal_IsNotGivenWhatIsMinutesOld()
    {
        _provider.Gives("one", bundle => bundle with { ExpiresAt = _time.GetUtcNow().AddHours(1) }).Gives("two");

        await Fetch(Requests.Pod);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("two", Content(await Fetch(Requests.Pod)));
    }

    [Fact]
    public async Task Fetch_WhoHasItAlready_GetsNews()
    {
        _provider.Gives("one").Gives("two");
        var first = await Fetch(Requests.Pod);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("two", Content(await Fetch(Requests.Pod, newerThan: first.FetchedAt)));
        Assert.Equal("two", Content(await Fetch(Requests.Pod, newerThan: first.FetchedAt))); // and what another has fetched meanwhile is news, too
        Assert.Equal(2, _provider.Fetches.Count);
    }

    [Fact]
    public async Task Fetch_NotShareable_IsFetchedForEach()
    {
        _provider.Shares = _ => null;
        _provider.Gives("one").Gives("two");

        await Fetch(Requests.Pod);

        Assert.Equal("two", Content(await Fetch(Requests.Pod)));
    }

    /// <summary>Each row is another identity, or another thing asked for: it must never be given what the pod of the first fetch was given.</summary>
    public static TheoryData<string, PodIdentity, SecretProviderClass, string[]> Others => new()
    {
        { "another service account", Requests.Pod with { ServiceAccount = "other" }, Class, ["vault"] },
        { "another namespace", Requests.Pod with { Namespace = "other" }, Class, ["vault"] },
        { "names that join to the same text", Requests.Pod with { Namespace = "shop-web", ServiceAccount = "sa" }, Class, ["vault"] },
        { "another audience", Requests.Pod, Class, ["vault", "other"] },
        { "another class", Requests.Pod, Class with { Name = "other" }, ["vault"] },
        { "a changed class", Requests.Pod, Requests.Class("vault", ("role", "admin")), ["vault"] },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Fetch_AnotherIdentityOrClass_IsNeverGivenTheCopy(string what, PodIdentity pod, SecretProviderClass secretClass, string[] audiences)
    {
        _provider.Gives("mine").Gives("theirs");
        Assert.Equal("mine", Content(await Fetch(Requests.Pod)));

        var other = await Fetch(pod, secretClass, audiences: audiences);

        Assert.True(Content(other) == "theirs", what);
    }

    [Fact]
    public async Task Fetch_OtherCredentials_AreAnotherIdentity()
    {
        _provider.Gives("mine").Gives("theirs");
        await Fetch(Requests.Pod, secrets: [new NamedSecret("clientsecret", Secret.FromText("a"))]);

        Assert.Equal("theirs", Content(await Fetch(Requests.Pod, secrets: [new NamedSecret("clientsecret", Secret.FromText("b"))])));
        Assert.Equal("mine", Content(await Fetch(Requests.Pod, secrets: [new NamedSecret("clientsecret", Secret.FromText("a"))])));
    }

    [Fact]
    public async Task Fetch_OnBehalfOfAnotherIdentity_IsAFault()
    {
        var session = Session(Requests.Pod, Class, ["vault"]);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => session.Fetch(Request(Requests.Pod with { ServiceAccount = "other" }, Class, default, []), CancellationToken.None));
    }

    [Fact]
    public async Task Fetch_ErasingOnesCopy_LeavesTheOthers()
    {
        _provider.Gives("one");
        (await Fetch(Requests.Pod)).Erase();

        Assert.Equal("one", Content(await Fetch(Requests.Pod)));
    }

    [Theory]
    [InlineData("fail", 60, false)]
    [InlineData("stale", 60, true)]
    [InlineData("stale", 15 * 60, false)]
    [InlineData("stale-for=1h", 59 * 60, true)]
    [InlineData("stale-for=1h", 60 * 60, false)]
    public async Task Fetch_ProviderDownAndANewPod_StartsFromTheCopyWithinItsAge(string policy, int age, bool starts)
    {
        var secretClass = Requests.Class("vault", ("actorcsi.io/when-unavailable", policy));
        _provider.Gives("kept").Fails(VolumeError.ProviderUnavailable, "down");
        var fetched = await Fetch(Requests.Pod, secretClass);
        _time.Advance(TimeSpan.FromSeconds(age));

        if (starts)
        {
            var stale = await Fetch(Requests.Pod, secretClass, FetchUrgency.First);
            Assert.Equal(("kept", "down", fetched.FetchedAt), (Content(stale), stale.StaleBecause, stale.FetchedAt));
        }
        else
        {
            await Assert.ThrowsAsync<VolumeException>(() => Fetch(Requests.Pod, secretClass, FetchUrgency.First));
        }
    }

    [Fact]
    public async Task Fetch_ProviderDownAndARefresh_Fails()
    {
        var secretClass = Requests.Class("vault", ("actorcsi.io/when-unavailable", "stale"));
        _provider.Gives("kept").Fails(VolumeError.ProviderUnavailable);
        await Fetch(Requests.Pod, secretClass);
        _time.Advance(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<VolumeException>(() => Fetch(Requests.Pod, secretClass));
    }

    [Fact]
    public async Task Fetch_ProviderDownAndTheCopyExpired_Fails()
    {
        var secretClass = Requests.Class("vault", ("actorcsi.io/when-unavailable", "stale-for=24h"));
        _provider.Gives("kept", bundle => bundle with { ExpiresAt = _time.GetUtcNow().AddHours(1) }).Fails(VolumeError.ProviderUnavailable);
        await Fetch(Requests.Pod, secretClass);
        _time.Advance(TimeSpan.FromHours(1));

        await Assert.ThrowsAsync<VolumeException>(() => Fetch(Requests.Pod, secretClass, FetchUrgency.First));
    }

    [Theory]
    [InlineData(VolumeError.ProviderDenies)]
    [InlineData(VolumeError.TokenRefused)]
    [InlineData(VolumeError.NotFound)]
    public async Task Fetch_ProviderSaysNo_TheCopyIsOfNoUseAnyMore(VolumeError no)
    {
        var secretClass = Requests.Class("vault", ("actorcsi.io/when-unavailable", "stale"));
        _provider.Gives("kept").Fails(no).Fails(VolumeError.ProviderUnavailable);
        await Fetch(Requests.Pod, secretClass);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(no, (await Assert.ThrowsAsync<VolumeException>(() => Fetch(Requests.Pod, secretClass, FetchUrgency.First))).Error);
        await Assert.ThrowsAsync<VolumeException>(() => Fetch(Requests.Pod, secretClass, FetchUrgency.First));
    }

    private Task<SecretBundle> Fetch(PodIdentity pod, SecretProviderClass? secretClass = null, FetchUrgency urgency = default, DateTimeOffset? newerThan = null,
        string[]? audiences = null, NamedSecret[]? secrets = null, bool isRenewal = false)
    {
        _provider.Wants = TokenDemand.For([.. audiences ?? ["vault"]]);
        var request = Request(pod, secretClass ?? Class, urgency, secrets ?? []) with { NewerThan = newerThan, IsRenewal = isRenewal };
        return Session(pod, request.Class, audiences ?? ["vault"]).Fetch(request, CancellationToken.None).Soon();
    }

    private ISessionGrain Session(PodIdentity pod, SecretProviderClass secretClass, string[] audiences)
        => _host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISessionGrain>(SessionKey.Of(_provider, TokenDemand.For([.. audiences]), secretClass, pod));

    private static FetchRequest Request(PodIdentity pod, SecretProviderClass secretClass, FetchUrgency urgency, NamedSecret[] secrets)
        => Requests.For(secretClass) with { Volume = Requests.Volume with { Pod = pod }, Urgency = urgency, NodePublishSecrets = [.. secrets] };

    private static string Content(SecretBundle bundle) => bundle.Files[0].Content.ExposeText();
}
