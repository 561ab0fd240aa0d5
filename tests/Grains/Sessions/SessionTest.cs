using ActorCsi.Fakes;
using ActorCsi.GrainEngine;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Testing;
using ActorCsi.Tests.Providers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace ActorCsi.Tests.Sessions;

/// <summary>The sessions of identities with one scripted provider, through the real engine and the real gate, on virtual time and on the test's thread.</summary>
public abstract class SessionTest : IDisposable
{
    protected static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualScheduler _scheduler = new();
    private InProcessTestCluster? _cluster;

    protected VirtualTime Time { get; } = new();

    protected ScriptedProvider Provider { get; } = new("vault") { Wants = TokenDemand.None };

    protected ProviderLimits Limits { get; } = new();

    private InProcessTestCluster Cluster => _cluster ??= Deploy();

    public void Dispose()
    {
        if (_cluster is not null)
            _scheduler.Finish(async () => await _cluster.DisposeAsync());
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins a fetch for the pod that has this service account.</summary>
    protected Task<SecretBundle> Fetch(string serviceAccount = "web-sa", string volume = "csi-1", CancellationToken cancellationToken = default)
    {
        var pod = Requests.Pod with { ServiceAccount = serviceAccount };
        var request = Requests.For(Requests.Class("vault"));
        request = request with { Volume = request.Volume with { VolumeId = volume, Pod = pod } };
        var session = Cluster.Client.GetGrain<ISessionGrain>(SessionKey.Of(Provider, Provider.Wants, request.Class, pod));
        var bundle = new TaskCompletionSource<SecretBundle>();
        _scheduler.Start(async () =>
        {
            try
            {
                bundle.SetResult(await session.Fetch(request, cancellationToken));
            }
            catch (Exception failure)
            {
                bundle.SetException(failure);
            }
        });
        return bundle.Task;
    }

    protected void Settle() => _scheduler.RunUntilIdle();

    /// <summary>Moves the clock on, timer by timer.</summary>
    protected void Advance(TimeSpan time) => Time.AdvanceByTimers(time, Settle);

    protected static SecretBundle Bundle(string content = "one")
        => new() { Files = [new SecretFile("file", SecretFile.DefaultMode, Secret.FromText(content))] };

    /// <summary>What came of a fetch that has ended.</summary>
    protected static SecretBundle Bundle(Task<SecretBundle> fetch)
    {
        Assert.True(fetch.IsCompleted, "the fetch has not ended");
        return fetch.GetAwaiter().GetResult();
    }

    /// <summary>The file that a fetch brought that has ended.</summary>
    protected static string Content(Task<SecretBundle> fetch) => Bundle(fetch).Files.Single().Content.ExposeText();

    /// <summary>How a fetch failed that has ended.</summary>
    protected static VolumeException Failure(Task<SecretBundle> fetch)
    {
        Assert.True(fetch.IsCompleted, "the fetch has not ended");
        return Assert.IsType<VolumeException>(fetch.Exception?.InnerException);
    }

    private InProcessTestCluster Deploy()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.UseInMemoryReminderService().Services
            .Configure<GrainEngineOptions>(engine => (engine.Scheduler, engine.RunInline) = (_scheduler, false))
            .AddSingleton<TimeProvider>(Time)
            .AddVolumes()
            .Configure<ProviderLimits>(limits =>
            {
                limits.Timeout = Limits.Timeout;
                limits.Concurrency = Limits.Concurrency;
                limits.BreakerFailures = Limits.BreakerFailures;
                limits.BreakerWindow = Limits.BreakerWindow;
                limits.BreakerPause = Limits.BreakerPause;
            })
            .AddSingleton<IClassSource>(new FixedClasses())
            .AddSingleton<IProviderCatalog>(new FixedCatalog(Provider)));
        var cluster = builder.Build();
        _scheduler.Finish(cluster.DeployAsync);
        return cluster;
    }
}
