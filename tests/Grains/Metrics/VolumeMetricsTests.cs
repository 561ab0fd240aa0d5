using System.Diagnostics.Metrics;
using ActorCsi.Fakes;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Metrics;

/// <summary>What is counted of publishes and refreshes, in the peer's words and in ours, and what the gauges say of the volumes in service.</summary>
public sealed class VolumeMetricsTests : IDisposable
{
    private static readonly SecretProviderClass Class = new("default", "class", "vault", new StringMap([]), []);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly VirtualTime _time = new();
    private readonly FixedClasses _classes = new();
    private readonly Measurements _measurements;
    private readonly VolumeMetrics _metrics;

    public VolumeMetricsTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _metrics = new VolumeMetrics(meters, _classes, new FixedCatalog(new ScriptedProvider("vault"), new ScriptedProvider("pki")), _time);
        _measurements = new Measurements(meters);
    }

    [Fact]
    public void Published_VolumeInService_IsCountedForItsProvider()
    {
        _metrics.Served(Status("v"), Class, VolumeChanges.First | VolumeChanges.Content);

        _metrics.Published(Spec("v"), TokenSource.Secrets);
        _metrics.Published(Spec("v"), TokenSource.Secrets);

        Assert.Equal(2, _measurements.Sum("node_publish", "{provider=vault,os_type=linux}"));
    }

    [Fact]
    public void Published_TokensFromEitherField_IsCountedByField()
    {
        _metrics.Published(Spec("v"), TokenSource.Secrets);
        _metrics.Published(Spec("v"), TokenSource.VolumeContext);
        _metrics.Published(Spec("v"), TokenSource.VolumeContext);

        Assert.Equal(1, _measurements.Last("actorcsi.publishes", "{tokens=secrets}"));
        Assert.Equal(2, _measurements.Last("actorcsi.publishes", "{tokens=volume_context}"));
        Assert.Equal(0, _measurements.Last("actorcsi.publishes", "{tokens=none}"));
    }

    [Theory]
    [InlineData(VolumeError.ProviderUnavailable, "GRPCProviderError")]
    [InlineData(VolumeError.ProviderDenies, "GRPCProviderError")]
    [InlineData(VolumeError.TokenMissing, "GRPCProviderError")]
    [InlineData(VolumeError.NotFound, "GRPCProviderError")] // the class is known, so it is an object that was not found
    [InlineData(VolumeError.Full, "FileWriteError")]
    [InlineData(VolumeError.Invalid, "FailedToMount")]
    [InlineData(VolumeError.Internal, "FailedToMount")]
    public void PublishFailed_ClassIsKnown_IsCountedForItsProviderInThePeersWords(VolumeError error, string errorType)
    {
        _classes.Set("class", "vault");

        _metrics.PublishFailed(Spec("v"), new VolumeException(error, "no"));

        Assert.Equal(1, _measurements.Sum("node_publish_error", $"{{provider=vault,error_type={errorType},os_type=linux}}"));
    }

    [Fact]
    public void PublishFailed_NoSuchClass_IsCountedForNoProvider()
    {
        _metrics.PublishFailed(Spec("v"), new VolumeException(VolumeError.NotFound, "no class"));

        Assert.Equal(1, _measurements.Sum("node_publish_error", "{provider=,error_type=SecretProviderClassNotFound,os_type=linux}"));
    }

    [Fact]
    public void PublishFailed_RequestUnreadable_IsCountedForNoProvider()
    {
        _metrics.PublishFailed(null, new VolumeException(VolumeError.Invalid, "no target_path"));

        Assert.Equal(1, _measurements.Sum("node_publish_error", "{provider=,error_type=FailedToMount,os_type=linux}"));
    }

    /// <summary>Whoever may write classes could make as many labels as classes otherwise.</summary>
    [Fact]
    public void PublishFailed_ClassesNameProvidersThatDoNotExist_MakeOneLabelTogether()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _classes.Set("class", $"nonsense-{i}");
            _metrics.PublishFailed(Spec("v"), new VolumeException(VolumeError.ProviderUnavailable, "no such provider"));
        }

        Assert.Equal(["{provider=unknown,error_type=GRPCProviderError,os_type=linux}"], _measurements.Of("node_publish_error").Select(one => one.Labels).Distinct());
    }

    [Fact]
    public void Unpublished_EitherEnd_IsCounted()
    {
        _metrics.Unpublished();
        _metrics.Unpublished();
        _metrics.UnpublishFailed();

        Assert.Equal(2, _measurements.Sum("node_unpublish", "{os_type=linux}"));
        Assert.Equal(1, _measurements.Sum("node_unpublish_error", "{os_type=linux}"));
    }

    [Fact]
    public void Served_FirstBundle_IsNoRefresh()
    {
        _metrics.Served(Status("v"), Class, VolumeChanges.First | VolumeChanges.Content);

        Assert.Empty(_measurements.Of("rotation_reconcile"));
        Assert.Empty(_measurements.Of("actorcsi.refreshes"));
    }

    [Theory]
    [InlineData(VolumeChanges.Content | VolumeChanges.Objects, "true", "changed")]
    [InlineData(VolumeChanges.None, "false", "unchanged")]
    [InlineData(VolumeChanges.Recovered, "false", "unchanged")]
    public void Served_Again_IsARefreshThatSaysWhetherTheFilesChanged(VolumeChanges changes, string rotated, string outcome)
    {
        _metrics.Served(Status("v"), Class, changes);

        Assert.Equal(1, _measurements.Sum("rotation_reconcile", $"{{provider=vault,os_type=linux,rotated={rotated}}}"));
        Assert.Equal(1, _measurements.Sum("actorcsi.refreshes", $"{{provider=vault,outcome={outcome}}}"));
    }

    [Fact]
    public void GrewStale_ProviderThrottles_IsARefreshThatFailed()
    {
        _metrics.GrewStale(Status("v") with { State = VolumeState.Stale }, VolumeError.ProviderThrottles);

        Assert.Equal(1, _measurements.Sum("rotation_reconcile_error", "{provider=vault,error_type=GRPCProviderError,os_type=linux,rotated=false}"));
        Assert.Equal(1, _measurements.Sum("actorcsi.refreshes", "{provider=vault,outcome=ProviderThrottles}"));
    }

    [Fact]
    public void Refreshed_TookAWhile_IsTimed()
    {
        _metrics.Refreshed(Status("v"), TimeSpan.FromMilliseconds(1_500));

        Assert.Equal(1.5, _measurements.Last("rotation_reconcile_duration_sec", "{os_type=linux}"));
    }

    [Fact]
    public void Volumes_ComeChangeAndGo_AreCountedByProviderAndState()
    {
        _metrics.Served(Status("a"), Class, VolumeChanges.First);
        _metrics.Resumed(Status("b"));
        _metrics.Resumed(Status("c", "pki"));
        _metrics.GrewStale(Status("a") with { State = VolumeState.Stale }, VolumeError.ProviderUnavailable);

        Assert.Equal(
            ["{provider=pki,state=serving} 1", "{provider=vault,state=serving} 1", "{provider=vault,state=stale} 1"],
            _measurements.Of("actorcsi.volumes").Select(one => $"{one.Labels} {one.Value}").Order(StringComparer.Ordinal));

        foreach (var volume in (string[])["a", "b", "c"])
            _metrics.Unpublished(Status(volume));
        _measurements.Clear();
        Assert.Empty(_measurements.Of("actorcsi.volumes"));
    }

    [Fact]
    public void Expiry_OfSeveralVolumes_IsThatOfTheFirst()
    {
        var now = _time.GetUtcNow();
        _metrics.Resumed(Status("never"));
        _metrics.Resumed(Status("hour") with { ExpiresAt = now.AddHours(1) });
        _metrics.Resumed(Status("minute") with { ExpiresAt = now.AddMinutes(1) });

        Assert.Equal(60, _measurements.Last("actorcsi.volume.expiry.min", "{provider=vault}"));
        Assert.Equal((0, 1, 2, 2), Expiring());

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(-60, _measurements.Last("actorcsi.volume.expiry.min", "{provider=vault}"));
        Assert.Equal((1, 1, 2, 2), Expiring());
    }

    [Fact]
    public void StaleAge_OfSeveralVolumes_IsThatOfTheOneThatIsStaleLongest()
    {
        var now = _time.GetUtcNow();
        _metrics.Resumed(Status("fresh"));
        _metrics.GrewStale(Stale("new", now), VolumeError.ProviderUnavailable);
        _metrics.GrewStale(Stale("old", now.AddMinutes(-1)), VolumeError.ProviderUnavailable);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(120, _measurements.Last("actorcsi.volume.stale.age.max", "{provider=vault}"));

        _metrics.Served(Status("old"), Class, VolumeChanges.Recovered);
        _metrics.Served(Status("new"), Class, VolumeChanges.Recovered);
        Assert.Equal(0, _measurements.Last("actorcsi.volume.stale.age.max", "{provider=vault}"));

        VolumeStatus Stale(string volume, DateTimeOffset since) => Status(volume) with { State = VolumeState.Stale, StaleSince = since };
    }

    public void Dispose()
    {
        _measurements.Dispose();
        _services.Dispose();
    }

    private (double?, double?, double?, double?) Expiring()
        => (Within("0s"), Within("5m"), Within("1h"), Within("1d"));

    private double? Within(string time) => _measurements.Last("actorcsi.volumes.expiring", $"{{provider=vault,within={time}}}");

    private static PodIdentity Pod(string volume) => new("default", $"pod-of-{volume}", $"uid-of-{volume}", "app");

    private static VolumeSpec Spec(string volume)
        => new(volume, $"/pods/{volume}/mount", Pod(volume), new StringMap([new(VolumeSpec.ClassAttribute, "class")]), "SINGLE_NODE_WRITER", true, null, "");

    private static VolumeStatus Status(string volume, string provider = "vault")
        => new(volume, VolumeState.Serving, Pod(volume), "class", provider, [$"/pods/{volume}/mount"], 1, [], null, null, null, null);
}
