using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>
/// A silo within a test: deployed, stopped, killed and restarted at will. What must survive a restart, such as a storage or a clock, is made outside and
/// given to each host anew by <see cref="InProcessTestClusterBuilder.ConfigureSilo"/>.
/// </summary>
public sealed class InProcessTestCluster : IAsyncDisposable, IDisposable
{
    private readonly List<InProcessSiloHandle> _silos = [];
    private int _generation;

    internal InProcessTestCluster(InProcessTestClusterOptions options) => Options = options;

    /// <summary>What the silos are made of.</summary>
    public InProcessTestClusterOptions Options { get; }

    /// <summary>The way to the grains of the silo that runs. A reference belongs to the silo it was made with: after a restart, make it anew.</summary>
    public IClusterClient Client => Running.ServiceProvider.GetRequiredService<IClusterClient>();

    /// <summary>The silos that run.</summary>
    public ReadOnlyCollection<InProcessSiloHandle> Silos => _silos.AsReadOnly();

    private InProcessSiloHandle Running => _silos is [var silo] ? silo : throw new InvalidOperationException("No silo runs: deploy or restart it first.");

    /// <summary>Starts the silo.</summary>
    public async Task DeployAsync() => await StartAdditionalSiloAsync();

    /// <summary>Starts a silo; possible only when none runs.</summary>
    public async Task<InProcessSiloHandle> StartAdditionalSiloAsync()
    {
        if (_silos.Count > 0)
            throw new NotSupportedException("This engine has one silo.");
        var silo = Create();
        await silo.StartAsync();
        _silos.Add(silo);
        return silo;
    }

    /// <summary>The silos that run.</summary>
    public IEnumerable<InProcessSiloHandle> GetActiveSilos() => _silos;

    /// <summary>The services of a silo; of the one that runs when none is named.</summary>
    public IServiceProvider GetSiloServiceProvider(SiloAddress? silo = null) => silo is null || silo.Equals(Running.SiloAddress)
        ? Running.ServiceProvider
        : throw new ArgumentException($"No silo runs at {silo}.", nameof(silo));

    /// <summary>Ends a silo in good order: grains are deactivated.</summary>
    public async Task StopSiloAsync(InProcessSiloHandle instance)
    {
        _silos.Remove(instance);
        await instance.StopSiloAsync(stopGracefully: true);
    }

    /// <summary>Ends the silo in good order.</summary>
    public async Task StopAllSilosAsync()
    {
        foreach (var silo in _silos.ToArray())
            await StopSiloAsync(silo);
    }

    /// <summary>
    /// Ends a silo as a crash would: no turn begins any more, no grain is deactivated, nothing more is written. What a turn does that runs at this moment
    /// on another thread, up to its next await, still happens. Callers that wait get an error.
    /// </summary>
    public async Task KillSiloAsync(InProcessSiloHandle instance)
    {
        _silos.Remove(instance);
        await instance.StopSiloAsync(stopGracefully: false);
    }

    /// <summary>Ends a silo in good order and starts another in its place.</summary>
    public async Task<InProcessSiloHandle?> RestartSiloAsync(InProcessSiloHandle instance)
    {
        await StopSiloAsync(instance);
        return await StartAdditionalSiloAsync();
    }

    /// <summary>Ends the activation of a grain, if it has one, and waits until it is gone.</summary>
    public Task DeactivateAsync(IAddressable grain) => DeactivateAsync(grain.GetGrainId());

    /// <summary>Ends the activation of a grain, if it has one, and waits until it is gone.</summary>
    public async Task DeactivateAsync(GrainId grainId)
    {
        if (!TryGetGrainContext(grainId, out var context))
            return;
        context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The test asked for it."));
        await context.Deactivated;
    }

    /// <summary>Waits until the activation that a grain now has is gone.</summary>
    public Task WaitForDeactivationAsync(IAddressable grain) => WaitForDeactivationAsync(grain.GetGrainId());

    /// <summary>Waits until the activation that a grain now has is gone.</summary>
    public Task WaitForDeactivationAsync(GrainId grainId) => TryGetGrainContext(grainId, out var context) ? context.Deactivated : Task.CompletedTask;

    /// <summary>The activation of a grain, if it has one.</summary>
    public bool TryGetGrainContext(GrainId grainId, [NotNullWhen(true)] out IGrainContext? grainContext)
    {
        grainContext = Running.Silo.Catalog.Find(grainId);
        return grainContext is not null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAllSilosAsync();

    /// <inheritdoc/>
    public void Dispose() => StopAllSilosAsync().GetAwaiter().GetResult();

    private InProcessSiloHandle Create()
    {
        var settings = new InProcessTestSiloSpecificOptions();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans();
        foreach (var configure in Options.SiloHostConfigurationDelegates)
            configure(settings, builder);
        return new InProcessSiloHandle
        {
            Name = settings.SiloName,
            SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 0), ++_generation),
            SiloHost = builder.Build(),
        };
    }
}
