using System.Diagnostics.Metrics;
using ActorCsi.Fakes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Gate;
using ActorCsi.Testing;
using ActorCsi.Tests.Providers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ActorCsi.Tests.Metrics;

/// <summary>What the gate of a provider tells of its fetches.</summary>
public sealed class ProviderMetricsTests : IDisposable
{
    private const string Vault = "{provider=vault}";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly VirtualTime _time = new();
    private readonly ScriptedProvider _provider = new("vault");
    private readonly ProviderLimits _limits = new();
    private readonly Measurements _measurements;
    private readonly ProviderGates _gates;

    public ProviderMetricsTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _gates = new ProviderGates(Options.Create(_limits), _time, new ProviderMetrics(meters));
        _measurements = new Measurements(meters);
    }

    [Fact]
    public async Task Fetch_Answered_IsTimedAsOk()
    {
        _provider.Then(async (_, _) =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.CompletedTask;
            return Bundle();
        });

        await Fetch();

        Assert.Equal(0.25, _measurements.Last("actorcsi.provider.fetch.duration", "{provider=vault,outcome=ok}")!.Value, 3);
    }

    [Theory]
    [InlineData(VolumeError.ProviderDenies)]
    [InlineData(VolumeError.ProviderThrottles)]
    [InlineData(VolumeError.NotFound)]
    public async Task Fetch_Refused_IsTimedUnderItsKind(VolumeError error)
    {
        _provider.Fails(error);

        await Assert.ThrowsAsync<VolumeException>(Fetch);

        Assert.NotNull(_measurements.Last("actorcsi.provider.fetch.duration", $"{{provider=vault,outcome={error}}}"));
    }

    [Fact]
    public async Task Fetch_ProviderBreaks_IsTimedAsInternal()
    {
        _provider.Then((_, _) => throw new InvalidOperationException("a bug"));

        await Assert.ThrowsAsync<InvalidOperationException>(Fetch);

        Assert.NotNull(_measurements.Last("actorcsi.provider.fetch.duration", "{provider=vault,outcome=Internal}"));
    }

    [Fact]
    public async Task Fetch_TimesOut_IsTimedAsUnavailable()
    {
        _provider.Hangs();

        var fetch = Fetch();
        _time.Advance(_limits.Timeout);

        await Assert.ThrowsAsync<VolumeException>(() => fetch.Soon());
        Assert.Equal(_limits.Timeout.TotalSeconds, _measurements.Last("actorcsi.provider.fetch.duration", "{provider=vault,outcome=ProviderUnavailable}")!.Value, 3);
    }

    [Fact]
    public async Task Fetch_NoFreePlace_WaitsInSight()
    {
        _limits.Concurrency = 1;
        var goOn = new TaskCompletionSource<SecretBundle>();
        _provider.Then((_, _) => goOn.Task);

        var (first, second) = (Fetch(), Fetch());

        Assert.Equal((1, 1), (_measurements.Last("actorcsi.provider.fetches.active", Vault), _measurements.Last("actorcsi.provider.fetches.waiting", Vault)));
        goOn.SetResult(Bundle());
        await Task.WhenAll(first, second).Soon();
        Assert.Equal((0, 0), (_measurements.Last("actorcsi.provider.fetches.active", Vault), _measurements.Last("actorcsi.provider.fetches.waiting", Vault)));
    }

    [Fact]
    public async Task Fetch_BreakerOpen_IsRejectedInSight()
    {
        _limits.BreakerFailures = 2;
        _provider.Fails(VolumeError.ProviderUnavailable);
        await Assert.ThrowsAsync<VolumeException>(Fetch);
        Assert.Equal(0, _measurements.Last("actorcsi.provider.breaker.open", Vault));
        await Assert.ThrowsAsync<VolumeException>(Fetch);
        Assert.Equal(1, _measurements.Last("actorcsi.provider.breaker.open", Vault));

        await Assert.ThrowsAsync<VolumeException>(Fetch);

        Assert.Equal(1, _measurements.Sum("actorcsi.provider.fetches.rejected", "{provider=vault,reason=breaker}"));
        Assert.Equal(2, _measurements.Of("actorcsi.provider.fetch.duration").Count); // what was not asked has no duration
    }

    public void Dispose()
    {
        _measurements.Dispose();
        _gates.Dispose();
        _services.Dispose();
    }

    private Task<SecretBundle> Fetch() => _gates.For("vault").Fetch(_provider, Requests.For(Requests.Class("vault")), CancellationToken.None);

    private static SecretBundle Bundle() => new() { Files = [], Objects = [] };
}
