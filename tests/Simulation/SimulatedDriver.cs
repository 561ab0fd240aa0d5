using ActorCsi.Fakes;
using ActorCsi.GrainEngine;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;

namespace ActorCsi.Tests.Simulation;

/// <summary>One life of the driver's process: the real grains on the real engine, between the models.</summary>
internal sealed class SimulatedDriver
{
    private readonly TaskCompletionSource _died = new();
    private readonly IHost _host;

    public SimulatedDriver(
        SeededScheduler scheduler, VirtualTime clock, Random random, Faults faults,
        MemoryKernel kernel, MemoryDisk disk, SimulatedStore store, SimulatedClasses classes)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        builder.Services
            .Configure<GrainEngineOptions>(engine => (engine.Scheduler, engine.RunInline) = (scheduler, false))
            .AddSingleton<TimeProvider>(clock)
            .AddVolumes()
            .Configure<VolumeOptions>(volumes => volumes.Chance = random.NextDouble)
            .Configure<ProviderLimits>(limits => limits.Chance = random.NextDouble)
            .AddSingleton<ITmpfs>(new MemoryTmpfs(kernel, step => Kernel(step, faults)))
            .AddSingleton<IClassSource>(classes)
            .AddSingleton<IProviderCatalog>(new FixedCatalog(new SimulatedProvider(store, faults, clock, random, Life)))
            .AddSingleton<IReminderTable>(new MemoryReminders(disk, step => Disk(step, faults)))
            .AddKeyedSingleton<IGrainStorage>(VolumeGrain.StorageName, new MemoryStorage(disk, secretsToo: true, step => Disk(step, faults)));
        _host = builder.Build();
        Grains = _host.Services.GetRequiredService<IGrainFactory>();
        _ = Task.Factory.StartNew(Start, CancellationToken.None, TaskCreationOptions.None, scheduler);
    }

    public Life Life { get; } = new();

    public IGrainFactory Grains { get; }

    /// <summary>Completes when the process ends.</summary>
    public Task Died => _died.Task;

    /// <summary>What may happen at each step in the kernel.</summary>
    private void Kernel(string step, Faults faults)
    {
        Life.Check();
        if (step is "probe" or "generation")
            return;
        if (faults.Strikes(Fault.CrashInTmpfs))
            Life.End();
        if (step == "replace" && faults.Strikes(Fault.TmpfsIsFull))
            throw new VolumeException(VolumeError.Full, "simulated: no space");
        if (faults.Strikes(Fault.TmpfsBreaks))
            throw new VolumeException(VolumeError.Internal, "simulated: the kernel says EIO");
    }

    /// <summary>What may happen on either side of a write.</summary>
    private void Disk(string step, Faults faults)
    {
        Life.Check();
        if (step == "read record")
            return;
        if (faults.Strikes(Fault.CrashInStorage))
            Life.End();
        if (faults.Strikes(Fault.StorageFails))
            throw new IOException("simulated: the disk fails");
    }

    private async Task Start()
    {
        await _host.StartAsync();
        await _host.Services.GetRequiredService<ResumeVolumes>().Run(CancellationToken.None);
    }

    /// <summary>kill -9: what still runs has no effect any more.</summary>
    public void End()
    {
        Life.EndFromOutside();
        _died.TrySetResult();
    }
}
