using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;

namespace ActorCsi.Tests.Contract;

/// <summary>
/// A test with a silo: a clock, a stage, a storage and a reminder table that all outlive the silo, as disks and clocks do.
/// </summary>
public abstract class SiloTest : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;

    protected VirtualTime Time { get; } = new();

    protected Stage Stage { get; } = new();

    protected DurableStorage Storage { get; } = new();

    protected DurableReminders Reminders { get; } = new();

    protected IGrainFactory Grains => Cluster.Client;

    protected InProcessTestCluster Cluster => _cluster ?? throw new InvalidOperationException("The silo is not deployed yet.");

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddReminders();
            silo.Services.AddSingleton<TimeProvider>(Time);
            silo.Services.AddSingleton(Stage);
            silo.Services.AddKeyedSingleton<IGrainStorage>("durable", Storage);
            silo.Services.AddSingleton<IReminderTable>(Reminders);
            Configure(silo);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>What a test adds to the silo.</summary>
    protected virtual void Configure(ISiloBuilder silo)
    {
    }

    protected async Task Crash()
    {
        await Cluster.KillSiloAsync(Cluster.Silos[0]);
        await Cluster.StartAdditionalSiloAsync();
    }

    protected Task Restart() => Cluster.RestartSiloAsync(Cluster.Silos[0]);
}
