using System.Collections.Immutable;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Vault;
using ActorCsi.GrainEngine;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Grains.Providers.Vault;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>A node with pods, their volumes, and a Vault: the grains of production, real HTTPS, a clock that the test moves.</summary>
public abstract class VaultTest : IAsyncLifetime, IDisposable
{
    protected const string ClassName = "vault";

    private readonly TestAuthority _authority = new();
    private readonly TemporaryDirectory _files = new();
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private InProcessTestCluster? _cluster;

    internal VirtualTime Time { get; } = new();

    protected TokenIssuer Issuer { get; } = new();

    protected VaultServer Vault { get; private set; } = null!;

    protected FixedClasses Classes { get; } = new();

    protected MemoryKernel Kernel { get; } = new();

    protected EgressRecorder Egress { get; } = new();

    internal LogLines Lines { get; } = new();

    /// <summary>The driver's environment. Said before the first publish.</summary>
    protected Dictionary<string, string> Variables { get; } = [];

    /// <summary>Whether the state directory lies in memory. Said before the first publish.</summary>
    protected bool KeepsSecrets { get; set; } = true;

    /// <summary>Whether there is a state directory at all. Said before the first publish.</summary>
    protected bool IsDurable { get; set; }

    protected TimeSpan? PollInterval { get; set; } = TimeSpan.FromMinutes(2);

    protected string CaFile => _files["ca.pem"];

    private InProcessTestCluster Cluster => _cluster ?? throw new InvalidOperationException("the driver does not run");

    public virtual async Task InitializeAsync()
    {
        _files.Write("ca.pem", _authority.Pem);
        Vault = await VaultServer.Start(Issuer, Time, _authority.Server());
        Vault.Role("web").MountKv2("kv").Put("shop", """{"user": "bob", "password": "s3cret-pässword", "port": 5432, "tags": ["a", "b"]}""");
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        await Vault.DisposeAsync();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
        Issuer.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A pod in the namespace <c>default</c>.</summary>
    protected static PodIdentity Pod(string name = "web-0", string serviceAccount = "web") => new("default", name, $"uid-of-{name}", serviceAccount);

    /// <summary>A class with those objects, at our server, as role <c>web</c>, with other parameters where the test says so; null takes one away.</summary>
    protected void SetClass(string objects, params (string Name, string? Value)[] others) => SetClass(ClassName, "vault", objects, others);

    protected void SetClass(string name, string provider, string objects, params (string Name, string? Value)[] others)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["vaultAddress"] = Vault.Front.Address.AbsoluteUri,
            ["vaultCACertPath"] = CaFile,
            ["roleName"] = "web",
            ["objects"] = objects,
        };
        foreach (var (parameter, value) in others)
            parameters[parameter] = value;
        Classes.Set(name, provider, [.. parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Key, one.Value!))]);
    }

    /// <summary>The volume of a pod; one for each pod and class.</summary>
    protected IVolumeGrain Volume(PodIdentity pod, string className = ClassName) => Cluster.Client.GetGrain<IVolumeGrain>(Id(pod, className));

    private static string Id(PodIdentity pod, string className) => $"csi-{pod.Name}-{className}";

    private static string Target(PodIdentity pod, string className) => $"/pods/{pod.Name}/{className}/mount";

    /// <summary>A publish as kubelet makes it, with fresh tokens.</summary>
    protected async Task Publish(PodIdentity? pod = null, string className = ClassName, string[]? audiences = null, DateTimeOffset? issued = null)
    {
        await Run();
        var owner = pod ?? Pod();
        var attributes = new StringMap([new(VolumeSpec.ClassAttribute, className)]);
        var spec = new VolumeSpec(Id(owner, className), Target(owner, className), owner, attributes, "SINGLE_NODE_WRITER", ReadOnly: true, FsGroup: null, MountFlags: "");
        var tokens = Issuer.Deliver(owner, issued ?? Time.GetUtcNow(), TimeSpan.FromHours(1), audiences ?? ["vault"]);
        await Volume(owner, className).Publish(new PublishRequest(spec, Secret.FromText(tokens), TokenSource.Secrets, []), CancellationToken.None).Soon();
    }

    /// <summary>A publish that must fail.</summary>
    protected Task<VolumeException> PublishFails(PodIdentity? pod = null, string className = ClassName, string[]? audiences = null)
        => Assert.ThrowsAsync<VolumeException>(() => Publish(pod, className, audiences));

    protected async Task Unpublish(PodIdentity? pod = null, string className = ClassName)
    {
        await Run();
        await Volume(pod ?? Pod(), className).Unpublish(Target(pod ?? Pod(), className), CancellationToken.None).Soon();
    }

    protected async Task<VolumeStatus> Status(PodIdentity? pod = null, string className = ClassName)
        => await Volume(pod ?? Pod(), className).Inspect().Soon() ?? throw new InvalidOperationException("the volume is not published");

    /// <summary>The files that the pod sees.</summary>
    protected ImmutableSortedDictionary<string, string> Files(PodIdentity? pod = null, string className = ClassName)
        => Kernel.Mounts[Target(pod ?? Pod(), className)].Files;

    /// <summary>The account's grain for <see cref="Pod"/>.</summary>
    internal IVaultLoginGrain Login(string role = "web", string provider = "vault", string serviceAccount = "web") => Cluster.Client.GetGrain<IVaultLoginGrain>(new VaultAccount
    {
        Provider = provider,
        Address = Vault.Front.Address.AbsoluteUri,
        Namespace = "",
        AuthMount = "kubernetes",
        Role = role,
        PodNamespace = "default",
        ServiceAccount = serviceAccount,
        Audience = provider,
        CaFile = CaFile,
    }.Key);

    /// <summary>Completes when it is so; what is done after the answer need not be done yet when the answer is here.</summary>
    protected async Task Until(Func<bool> isSo)
    {
        async Task Look()
        {
            while (!isSo())
                await Task.Delay(1);
        }
        await Look().Soon();
    }

    /// <inheritdoc cref="Until(Func{bool})"/>
    protected async Task Until(Func<Task<bool>> isSo)
    {
        async Task Look()
        {
            while (!await isSo())
                await Task.Delay(1);
        }
        await Look().Soon();
    }

    /// <summary>Moves the clock on, timer by timer, and lets each have its effect.</summary>
    protected async Task Advance(TimeSpan time)
    {
        var end = Time.GetUtcNow() + time;
        while (Time.NextTimer is { } next && Time.GetUtcNow() + next <= end)
        {
            Time.Advance(next);
            await Task.Delay(2); // turns and answers take real time; who needs more waits with Until
        }
        Time.Advance(end - Time.GetUtcNow());
    }

    /// <summary>kill -9.</summary>
    protected async Task Crash()
    {
        await Cluster.KillSiloAsync(Cluster.Silos[0]);
        await Cluster.DisposeAsync();
        _cluster = null;
    }

    /// <summary>Starts the driver, and has it resume as the program does.</summary>
    protected async Task Restart()
    {
        await Run();
        await Cluster.GetSiloServiceProvider().GetRequiredService<ResumeVolumes>().Run(CancellationToken.None).Soon();
    }

    private async Task Run()
    {
        if (_cluster is not null)
            return;
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.ConfigureLogging(logging => logging.AddProvider(Lines));
            if (IsDurable)
            {
                silo.AddFileGrainStorage(VolumeGrain.StorageName, storage => (storage.Directory, storage.SerializerOptions) = (_files["volumes"], VolumeRecordJson.Options(KeepsSecrets)));
                silo.AddFileGrainStorage(VaultLogins.StorageName, storage => (storage.Directory, storage.SerializerOptions) = (_files["logins"], VaultLogins.RecordOptions(KeepsSecrets)));
                silo.UseFileReminderService(reminders => reminders.Directory = _files["reminders"]);
            }
            else
            {
                silo.AddMemoryGrainStorage(VolumeGrain.StorageName).AddMemoryGrainStorage(VaultLogins.StorageName).UseInMemoryReminderService();
            }
            silo.Services
                .Configure<GrainEngineOptions>(engine => (engine.Scheduler, engine.RunInline) = (_scheduler, false))
                .AddSingleton<TimeProvider>(Time)
                .AddVolumes()
                .Configure<VolumeOptions>(volumes => (volumes.Chance, volumes.PollInterval) = (() => 0.5, PollInterval))
                .Configure<ProviderLimits>(limits => limits.Timeout = TimeSpan.FromDays(1))
                .AddSingleton<ITmpfs>(new MemoryTmpfs(Kernel))
                .AddSingleton<IClassSource>(Classes)
                .AddProviders(new ProviderOptions
                {
                    StateDirectory = _files.Path,
                    Environment = Variables.GetValueOrDefault,
                    // Answers take real time: when a test moves the clock, that must not end what is on its way.
                    Http = new ProviderHttpOptions { Observe = Egress.Observe, AttemptTimeout = TimeSpan.FromDays(1) },
                });
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }
}
