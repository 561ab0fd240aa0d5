using System.Collections.Immutable;
using System.Net;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Stores;
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

namespace ActorCsi.Tests.Providers;

/// <summary>A node with pods and their volumes, for a store that a derived class starts: the grains of production, real HTTPS, a clock that the test moves.</summary>
/// <param name="start">What the clock shows first; a time of its own where the store's clock is the test's, too.</param>
public abstract class ProviderTest(DateTimeOffset? start = null) : IAsyncLifetime, IDisposable
{
    protected const string ClassName = "content";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly TemporaryDirectory _files = new();
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private InProcessTestCluster? _cluster;

    internal VirtualTime Time { get; } = start is { } given ? new(given) : new();

    protected internal TokenIssuer Issuer { get; } = new();

    /// <summary>Signs the certificates of the test's servers; in <see cref="CaFile"/>.</summary>
    protected TestAuthority Authority { get; } = new();

    protected FixedClasses Classes { get; } = new();

    /// <summary>What the API server says of service accounts and of the node.</summary>
    protected FixedCluster ApiServer { get; } = new();

    protected internal MemoryKernel Kernel { get; } = new();

    protected internal EgressRecorder Egress { get; } = new();

    internal LogLines Lines { get; } = new();

    /// <summary>The driver's environment. Said before the first publish.</summary>
    protected Dictionary<string, string> Variables { get; } = [];

    /// <summary>Whether the state directory lies in memory. Said before the first publish.</summary>
    protected bool KeepsSecrets { get; set; } = true;

    /// <summary>Whether there is a state directory at all. Said before the first publish.</summary>
    protected bool IsDurable { get; set; }

    /// <summary>A proxy that is not there, for what is asked in plain HTTP: of clouds that is what answers for this node alone, and nobody may be asked to fetch it.</summary>
    protected static IWebProxy NowhereForPlainHttp { get; } = new WebProxy("http://127.0.0.1:1") { BypassList = ["^https:"] };

    /// <summary>The proxy; null for the environment's. Said before the first publish.</summary>
    protected IWebProxy? Proxy { get; set; }

    /// <summary>How long an attempt at a store may take. Answers take real time: when a test moves the clock, that must not end what is on its way. Said before the first publish.</summary>
    protected internal TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Whether classes may act as the node. Said before the first publish.</summary>
    protected NodeIdentities NodeIdentities { get; set; }

    protected internal TimeSpan? PollInterval { get; set; } = TimeSpan.FromMinutes(2);

    protected string CaFile => _files["ca.pem"];

    private protected InProcessTestCluster Cluster => _cluster ?? throw new InvalidOperationException("the driver does not run");

    /// <summary>Which audience's token the store wants.</summary>
    protected abstract string Audience { get; }

    /// <summary>Whether the node trusts <see cref="Authority"/> where a class names no other. Said before the first publish.</summary>
    protected bool TrustsAuthority { get; set; } = true;

    /// <summary>Where names that are not the test's to choose are to be found: <see cref="ProviderHttpOptions.ConnectTo"/>. Said before the first publish.</summary>
    protected Dictionary<string, string> ConnectTo { get; } = [];

    public virtual async Task InitializeAsync() => await File.WriteAllTextAsync(CaFile, Authority.Pem);

    public virtual async Task DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    public void Dispose()
    {
        Authority.Dispose();
        _files.Dispose();
        Issuer.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A pod in the namespace <c>default</c>.</summary>
    protected internal static PodIdentity Pod(string name = "web-0", string serviceAccount = "web") => new("default", name, $"uid-of-{name}", serviceAccount);

    /// <summary>The volume of a pod; one for each pod and class.</summary>
    protected internal IVolumeGrain Volume(PodIdentity pod, string className = ClassName) => Cluster.Client.GetGrain<IVolumeGrain>(Id(pod, className));

    private static string Id(PodIdentity pod, string className) => $"csi-{pod.Name}-{className}";

    private static string Target(PodIdentity pod, string className) => $"/pods/{pod.Name}/{className}/mount";

    /// <summary>What the volume of a pod asks for: a class, and whatever a test adds.</summary>
    protected virtual VolumeSpec SpecOf(VolumeSpec usual) => usual;

    /// <summary>What else the node has. Called once for each start.</summary>
    private protected virtual void Configure(ISiloBuilder silo)
    {
    }

    /// <summary>The driver's options.</summary>
    protected virtual ProviderOptions Options(ProviderOptions usual) => usual;

    /// <summary>A file of the test's own.</summary>
    protected string FilePath(string name) => _files[name];

    /// <summary>A publish as kubelet makes it, with fresh tokens; <paramref name="secrets"/> is the Secret of nodePublishSecretRef.</summary>
    protected internal async Task Publish(PodIdentity? pod = null, string className = ClassName, string[]? audiences = null, DateTimeOffset? issued = null, params (string Name, string Value)[] secrets)
    {
        await Run();
        var owner = pod ?? Pod();
        var attributes = new StringMap([new(VolumeSpec.ClassAttribute, className)]);
        var spec = new VolumeSpec(Id(owner, className), Target(owner, className), owner, attributes, "SINGLE_NODE_WRITER", ReadOnly: true, FsGroup: null, MountFlags: "");
        var tokens = Issuer.Deliver(owner, issued ?? Time.GetUtcNow(), TimeSpan.FromHours(1), audiences ?? [Audience]);
        var asked = SpecOf(spec);
        var isSecret = asked.Attributes.ToLookup(attribute => VolumeSpec.IsSecret(attribute.Key)); // the door takes them out
        await Volume(owner, className).Publish(new PublishRequest(
            asked with { Attributes = new StringMap([.. isSecret[false], .. isSecret[true].Select(one => KeyValuePair.Create(one.Key, Secret.Redacted))]) },
            Secret.FromText(tokens), TokenSource.Secrets,
            [.. secrets.Concat(isSecret[true].Select(one => (Name: one.Key, one.Value))).Select(one => new NamedSecret(one.Name, Secret.FromText(one.Value)))]), CancellationToken.None).Soon();
    }

    /// <summary>A publish that must fail.</summary>
    protected internal Task<VolumeException> PublishFails(PodIdentity? pod = null, string className = ClassName, string[]? audiences = null, params (string Name, string Value)[] secrets)
        => Assert.ThrowsAsync<VolumeException>(() => Publish(pod, className, audiences, secrets: secrets));

    protected internal async Task Unpublish(PodIdentity? pod = null, string className = ClassName)
    {
        await Run();
        await Volume(pod ?? Pod(), className).Unpublish(Target(pod ?? Pod(), className), CancellationToken.None).Soon();
    }

    protected internal async Task<VolumeStatus> Status(PodIdentity? pod = null, string className = ClassName)
        => await Volume(pod ?? Pod(), className).Inspect().Soon() ?? throw new InvalidOperationException("the volume is not published");

    /// <summary>The files that the pod sees.</summary>
    protected internal ImmutableSortedDictionary<string, string> Files(PodIdentity? pod = null, string className = ClassName)
        => Kernel.Mounts[Target(pod ?? Pod(), className)].Files;

    /// <summary>Their modes.</summary>
    protected ImmutableSortedDictionary<string, int> Modes(PodIdentity? pod = null, string className = ClassName)
        => Kernel.Mounts[Target(pod ?? Pod(), className)].Modes;

    /// <summary>Writes a file that is there as long as the test.</summary>
    /// <returns>Its path.</returns>
    protected string WriteFile(string name, string content) => _files.Write(name, content);

    /// <summary>Takes the class as a document of ours shows it: an example's, or the first below a provider's heading in docs/PROVIDERS.md.</summary>
    protected async Task SetClassOf(string document, string provider)
    {
        var text = await File.ReadAllTextAsync(SourceTree.In(document));
        if (document.EndsWith(".md", StringComparison.Ordinal))
            text = "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {name: x}\n" + text.Split($"## `{provider}`")[1].Split("```yaml\n")[1].Split("```")[0];
        Classes.Set(ClassFile.Read(text).Classes.Single().Class with { Namespace = "default", Name = ClassName });
    }

    /// <summary>Completes when it is so; what is done after the answer need not be done yet when the answer is here.</summary>
    protected internal async Task Until(Func<bool> isSo)
    {
        async Task Look()
        {
            while (!isSo())
                await Task.Delay(1);
        }
        await Look().Soon();
    }

    /// <inheritdoc cref="Until(Func{bool})"/>
    protected internal async Task Until(Func<Task<bool>> isSo)
    {
        async Task Look()
        {
            while (!await isSo())
                await Task.Delay(1);
        }
        await Look().Soon();
    }

    /// <summary>Moves the clock on, timer by timer, and lets each have its effect.</summary>
    protected internal async Task Advance(TimeSpan time)
    {
        var end = Time.GetUtcNow() + time;
        while (Time.NextTimer is { } next && Time.GetUtcNow() + next <= end)
        {
            Time.Advance(next);
            await Task.Delay(2); // turns and answers take real time; who needs more waits with Until
        }
        Time.Advance(end - Time.GetUtcNow());
    }

    /// <summary>Asks for the content anew, whatever the schedule says.</summary>
    protected internal Task Refresh(PodIdentity? pod = null) => Volume(pod ?? Pod()).Refresh(CancellationToken.None).Soon();

    /// <summary>Waits for what tries again: the clock is moved over the pauses in between, which are shorter than any time-out, and when <paramref name="isSilent"/> says so over a time-out.</summary>
    protected internal async Task ThroughPauses(Task trying, Func<bool>? isSilent = null)
    {
        async Task Move()
        {
            while (!trying.IsCompleted)
            {
                if (Time.NextTimer < LongestPause)
                    Time.AdvanceToNextTimer();
                else if (isSilent?.Invoke() is true)
                    Time.Advance(AttemptTimeout);
                await Task.WhenAny(trying, Task.Delay(1));
            }
        }
        await Move().Soon();
        await trying;
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
                .AddProviders(Options(new ProviderOptions
                {
                    StateDirectory = _files.Path,
                    NodeIdentities = NodeIdentities,
                    Environment = Variables.GetValueOrDefault,
                    Http = new ProviderHttpOptions { Observe = Egress.Observe, AttemptTimeout = AttemptTimeout, ConnectTo = ConnectTo, Proxy = Proxy, CaFile = TrustsAuthority ? CaFile : null },
                }))
                .AddSingleton<IServiceAccounts>(ApiServer)
                .AddSingleton<INodeLabels>(ApiServer);
            Configure(silo);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }
}
