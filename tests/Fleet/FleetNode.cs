using ActorCsi.GrainEngine;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Storage;

namespace ActorCsi.Tests.Fleet;

/// <summary>One node: the production grains on the production engine, with mounts, a disk and a kubelet that are models.</summary>
internal sealed class FleetNode
{
    /// <summary>How often idle sessions are looked for: of no consequence here, and once a minute it would be half of the work.</summary>
    private static readonly TimeSpan IdleLook = TimeSpan.FromMinutes(14);

    private readonly Scenario _scenario;
    private readonly FleetTime _time;
    private readonly Random _random;
    private readonly IProviderCatalog _providers;
    private readonly IClassSource _classes;
    private readonly FleetDisk _disk = new();
    private IHost _host = null!;

    public FleetNode(Scenario scenario, int number, FleetTime time, Random random, Tally tally, IProviderCatalog providers, IClassSource classes)
    {
        (_scenario, Number, _time, _random, _providers, _classes) = (scenario, number, time, random, providers, classes);
        Tmpfs = new FleetTmpfs(time, tally);
        StartDriver();
    }

    public int Number { get; }

    public FleetTmpfs Tmpfs { get; }

    public IGrainFactory Grains { get; private set; } = null!;

    public List<FleetPod> Pods { get; } = [];

    /// <summary>kill -9 and a new start: the mounts and the state directory stay.</summary>
    public void RestartDriver()
    {
        _host.Dispose();
        StartDriver();
        _time.Start(() => _host.Services.GetRequiredService<ResumeVolumes>().Run(CancellationToken.None));
    }

    /// <summary>The whole node goes down and comes back: nothing is mounted, nothing remembered, and kubelet starts all pods anew.</summary>
    public void Reboot()
    {
        Tmpfs.JudgeAll();
        _host.Dispose();
        Tmpfs.Clear();
        _disk.Clear();
        StartDriver();
        foreach (var pod in Pods)
            pod.Restart();
    }

    public void End()
    {
        Tmpfs.JudgeAll();
        _host.Dispose();
    }

    private void StartDriver()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        builder.Services
            .Configure<GrainEngineOptions>(engine => engine.Scheduler = _time.Scheduler)
            .Configure<GrainCollectionOptions>(collection => collection.CollectionQuantum = IdleLook)
            .AddSingleton<TimeProvider>(_time)
            .AddVolumes()
            .Configure<VolumeOptions>(volumes => volumes.Chance = _random.NextDouble)
            .Configure<ProviderLimits>(limits => limits.Chance = _random.NextDouble)
            .AddSingleton<ITmpfs>(Tmpfs)
            .AddSingleton(_classes)
            .AddSingleton(_providers)
            .AddSingleton<IReminderTable>(_disk)
            .AddKeyedSingleton<IGrainStorage>(VolumeGrain.StorageName, _disk);
        _host = builder.Build();
        Grains = _host.Services.GetRequiredService<IGrainFactory>();
        _time.Start(() => _host.StartAsync());
    }

    /// <summary>The next pod of this node.</summary>
    public FleetPod NewPod(Tally tally)
    {
        var pod = new FleetPod(_scenario, this, Pods.Count, _time, _random, tally);
        Pods.Add(pod);
        return pod;
    }
}
