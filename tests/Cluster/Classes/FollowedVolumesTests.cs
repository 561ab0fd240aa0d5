using ActorCsi.Cluster.Classes;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Tests.Cluster.Classes;

/// <summary>Volumes of classes in the cluster: a changed class reaches them all, each at a time of its own; and they live on without the API server.</summary>
public sealed class FollowedVolumesTests : IAsyncLifetime, IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly MemoryKernel _kernel = new();
    private readonly ScriptedProvider _provider = new("scripted") { Wants = TokenDemand.None };
    private readonly TemporaryDirectory _state = new();
    private double _chance = 0.5;
    private readonly DriverRights _rights = DriverRights.AsShipped();
    private FakeCluster _cluster = null!;
    private IHost _host = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.Start();
        _cluster.Allows = _rights.Allow;
        _provider.Then((request, _) => Task.FromResult(new SecretBundle
        {
            Files = [new SecretFile("file", SecretFile.DefaultMode, Secret.FromText(request.Class.Parameters["say"]!))],
            Objects = [],
            NeedsNoPolling = true,
        }));
        await Begin();
    }

    public async Task DisposeAsync()
    {
        await End();
        await _cluster.DisposeAsync();
        Assert.Empty(_rights.Missing);
    }

    public void Dispose() => _state.Dispose();

    private async Task Begin()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .AddFileGrainStorage(VolumeGrain.StorageName, storage => (storage.Directory, storage.SerializerOptions) = (_state["volumes"], VolumeRecordJson.Options(secretsToo: true)))
            .UseFileReminderService(reminders => reminders.Directory = _state["reminders"]));
        builder.Services
            .AddSingleton<TimeProvider>(_time)
            .AddVolumes()
            .Configure<VolumeOptions>(volumes => (volumes.PollInterval, volumes.Chance) = (null, () => _chance))
            .AddSingleton<ITmpfs>(new MemoryTmpfs(_kernel))
            .AddSingleton<IProviderCatalog>(new FixedCatalog(_provider))
            .AddKubernetes(KubeConfig.Read(_state.Write("config", _cluster.KubeConfig()), _time), new KubernetesClientOptions { Chance = () => 0, Repetitions = 0 })
            .AddDirectoryClasses(null)
            .AddClusterClasses();
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task End()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private void SetClass(string say) => _cluster.Add($$"""
        {
          "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": { "namespace": "default", "name": "class" },
          "spec": { "provider": "scripted", "parameters": { "say": "{{say}}" } }
        }
        """);

    private IVolumeGrain Volume(string name) => _host.Services.GetRequiredService<IGrainFactory>().GetGrain<IVolumeGrain>(name);

    private Task Publish(string name) => Volume(name).Publish(new PublishRequest(
        new VolumeSpec(name, "/" + name, new PodIdentity("default", name, "uid-" + name, "sa"), new StringMap([new(VolumeSpec.ClassAttribute, "class")]), "SINGLE_NODE_WRITER", true, null, ""),
        null, TokenSource.None, []), CancellationToken.None).Soon();

    private string? Content(string name)
    {
        lock (_kernel)
            return _kernel.Mounts.GetValueOrDefault("/" + name)?.Files.GetValueOrDefault("file");
    }

    private async Task<VolumeStatus> Status(string name) => (await Volume(name).Inspect().Soon())!;

    private async Task UntilRefreshIsPlanned(string name)
    {
        while ((await Status(name)).RefreshAt is null)
            await Task.Yield();
    }

    [Fact]
    public async Task Class_Edited_EachVolumeIsRefreshedAtATimeOfItsOwn()
    {
        SetClass("one");
        await Publish("a");
        await Publish("b");
        Assert.Equal(("one", "one"), (Content("a"), Content("b")));

        _chance = 0.25;
        SetClass("two");
        await UntilRefreshIsPlanned("a");
        await UntilRefreshIsPlanned("b");

        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(7.5), (await Status("a")).RefreshAt);
        Assert.Equal(RefreshCause.Change, (await Status("a")).RefreshCause);
        Assert.Equal("one", Content("a"));
        _time.Advance(TimeSpan.FromSeconds(7.5));
        await _cluster.Until(_ => Content("a") == "two" && Content("b") == "two");
        Assert.Equal(4, _provider.Fetches.Count);
    }

    [Fact]
    public async Task Class_EditedWhileTheDriverWasDown_IsFoundAfterTheRestart()
    {
        SetClass("one");
        await Publish("a");
        await End();
        SetClass("two");

        await Begin();
        await _host.Services.GetRequiredService<ResumeVolumes>().Run(CancellationToken.None);
        await UntilRefreshIsPlanned("a");
        _time.Advance(TimeSpan.FromSeconds(30));

        await _cluster.Until(_ => Content("a") == "two");
    }

    [Fact]
    public async Task Class_UnchangedAcrossARestart_NobodyIsAsked()
    {
        SetClass("one");
        await Publish("a");
        await End();
        await Begin();
        await _host.Services.GetRequiredService<ResumeVolumes>().Run(CancellationToken.None);
        await _cluster.Until(cluster => cluster.Watches("secretproviderclasses") == 1);

        await Publish("a");

        Assert.Null((await Status("a")).RefreshAt);
        Assert.Single(_provider.Fetches);
    }

    [Fact]
    public async Task ApiServer_GoneForAnHour_VolumesServeOnAndSaySoAndNewPodsStart()
    {
        SetClass("one");
        await Publish("a");
        await _cluster.Until(cluster => cluster.Watches("secretproviderclasses") == 1);

        _cluster.IsDown = true;
        while ((await Status("a")).ClassDoubt is null)
            await Task.Yield();
        _time.Advance(TimeSpan.FromHours(1));
        await Publish("a");
        await Publish("b");

        Assert.Equal(("one", "one"), (Content("a"), Content("b")));
        Assert.Equal(VolumeState.Serving, (await Status("b")).State);
        Assert.Contains("cannot be followed", (await Status("b")).ClassDoubt, StringComparison.Ordinal);
    }
}
