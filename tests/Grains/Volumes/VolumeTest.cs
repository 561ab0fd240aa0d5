using System.Collections.Immutable;
using ActorCsi.Fakes;
using ActorCsi.GrainEngine;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using Orleans.TestingHost;

namespace ActorCsi.Tests.Volumes;

/// <summary>
/// One volume of one pod: the real grains on the real engine, with a kernel, a disk, a provider and a kubelet that do what the test says. Everything
/// runs on the test's thread and on virtual time, so that a test can say that something did not happen.
/// </summary>
public abstract class VolumeTest : IDisposable
{
    protected const string Id = "csi-web-0";
    protected const string Target = "/pods/web-0/secrets/mount";
    protected const string ClassName = "class";
    protected const string ProviderName = "scripted";

    protected static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    protected static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    protected static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    protected static readonly TimeSpan PollInterval = new VolumeOptions().PollInterval!.Value;

    private readonly ManualScheduler _scheduler = new();
    private readonly Dictionary<string, Queue<Exception>> _breaks = new(StringComparer.Ordinal);
    private InProcessTestCluster? _cluster;
    private string? _diesAt;
    private bool _isDead;

    protected VolumeTest()
    {
        Kubelet = new Kubelet(Time);
        Classes.Set(ClassName, ProviderName);
        Provider.Asked = () => Effects.Add("fetch");
    }

    protected VirtualTime Time { get; } = new();

    protected MemoryKernel Kernel { get; } = new();

    protected MemoryDisk Disk { get; } = new();

    protected FixedClasses Classes { get; } = new();

    protected ScriptedProvider Provider { get; } = new(ProviderName);

    protected LogLines Log { get; } = new();

    /// <summary>What kubelet says at its next publish.</summary>
    protected Kubelet Kubelet { get; }

    /// <summary>What jitter is made of; in the middle unless a test says otherwise.</summary>
    protected double Chance { get; set; } = 0.5;

    /// <summary>Whether the state directory lies in memory. Said before the first call.</summary>
    protected bool KeepsSecrets { get; set; } = true;

    /// <summary>How often content is asked for of which nobody knows more. Said before the first call.</summary>
    protected TimeSpan? PollIntervalOption { get; set; } = PollInterval;

    /// <summary>Who else is told what becomes of the volume.</summary>
    protected List<IVolumeObserver> Observers { get; } = [];

    /// <summary>What was done to the kernel, the disk and the provider, in order.</summary>
    protected List<string> Effects { get; } = [];

    /// <summary>How often the kernel was only asked what there is.</summary>
    protected int Looks { get; private set; }

    /// <summary>The file that readers see; null when there is none.</summary>
    protected string? Content => ContentAt(Target);

    protected bool IsMounted => Kernel.Mounts.ContainsKey(Target);

    protected VolumeStatus? Status
    {
        get
        {
            VolumeStatus? status = null;
            _scheduler.Finish(async () => status = await Volume.Inspect());
            return status;
        }
    }

    /// <summary>The status of a volume that there is.</summary>
    protected VolumeStatus Published => Status ?? throw new InvalidOperationException("the volume is not published");

    protected IVolumeGrain Volume => Cluster.Client.GetGrain<IVolumeGrain>(Id);

    protected IGrainFactory Grains => Cluster.Client;

    protected bool IsActivated => Cluster.TryGetGrainContext(Volume.GetGrainId(), out _);

    private InProcessTestCluster Cluster => _cluster ??= Deploy();

    public void Dispose()
    {
        if (_cluster is not null)
            _scheduler.Finish(async () => await _cluster.DisposeAsync());
        GC.SuppressFinalize(this);
    }

    /// <summary>Which providers there are beside <see cref="Provider"/>.</summary>
    protected virtual IEnumerable<ISecretProvider> OtherProviders(IServiceProvider host) => [];

    protected string? ContentAt(string target) => Kernel.Mounts.GetValueOrDefault(target)?.Files.GetValueOrDefault("file");

    /// <summary>A publish that must be OK.</summary>
    protected void Publish() => _scheduler.Finish(() => Volume.Publish(Kubelet.Request(), CancellationToken.None));

    /// <summary>A publish that must fail.</summary>
    protected VolumeException PublishFails() => Assert.Throws<VolumeException>(Publish);

    /// <summary>A publish that need not end by itself.</summary>
    protected Task StartPublish(CancellationToken cancellationToken = default) => Start(() => Volume.Publish(Kubelet.Request(), cancellationToken));

    /// <summary>An unpublish as the driver makes it.</summary>
    protected void Unpublish(string target = Target) => _scheduler.Finish(() => LeaveAndUnpublish(target));

    /// <summary>An unpublish that need not end by itself.</summary>
    protected Task StartUnpublish(string target = Target) => Start(() => LeaveAndUnpublish(target));

    protected void Refresh() => _scheduler.Finish(() => Volume.Refresh(CancellationToken.None));

    protected VolumeUsage? Usage(string target = Target)
    {
        VolumeUsage? usage = null;
        _scheduler.Finish(async () => usage = await Volume.Usage(target));
        return usage;
    }

    /// <summary>Moves the clock on, timer by timer; whatever falls due has had its effect when this returns.</summary>
    protected void Advance(TimeSpan time) => Time.AdvanceByTimers(time, Settle);

    /// <summary>Whatever can happen now has happened when this returns.</summary>
    protected void Settle() => _scheduler.RunUntilIdle();

    protected Task Start(Func<Task> call) => _scheduler.Start(call);

    protected void Finish(Func<Task> call) => _scheduler.Finish(call);

    /// <summary>The next time that <paramref name="effect"/> is about to happen, it fails.</summary>
    protected void Break(string effect, Exception? failure = null)
    {
        if (!_breaks.TryGetValue(effect, out var failures))
            _breaks[effect] = failures = [];
        failures.Enqueue(failure ?? new IOException($"{effect}: no space left on device"));
    }

    /// <summary>Whether <paramref name="effect"/> will fail the next time.</summary>
    protected bool WillFail(string effect) => _breaks.TryGetValue(effect, out var failures) && failures.Count > 0;

    /// <summary>What was to fail fails no more.</summary>
    protected void Mend() => _breaks.Clear();

    /// <summary>From <paramref name="effect"/> on, nothing that this process does has an effect.</summary>
    protected void DieAt(string effect) => _diesAt = effect;

    /// <summary>kill -9: what was not done is not done. Then the driver starts again and resumes its volumes.</summary>
    protected void Restart()
    {
        Crash();
        Resume();
    }

    protected void Crash()
    {
        var cluster = Cluster;
        _scheduler.Finish(() => cluster.KillSiloAsync(cluster.Silos[0]));
        _cluster = null;
        Settle(); // what still runs of it
        (_diesAt, _isDead) = (null, false);
    }

    /// <summary>The driver starts in good order, and stops so.</summary>
    protected void Stop()
    {
        var cluster = Cluster;
        _scheduler.Finish(() => cluster.StopSiloAsync(cluster.Silos[0]));
        _cluster = null;
    }

    protected void Resume() => _scheduler.Finish(() => Cluster.GetSiloServiceProvider().GetRequiredService<ResumeVolumes>().Run(CancellationToken.None));

    /// <summary>Nothing is left of the volume: no mount, no record, no reminder, nothing in memory.</summary>
    protected void AssertGone()
    {
        Assert.Empty(Kernel.Mounts);
        Assert.Empty(Disk.Records);
        Assert.Empty(Disk.Reminders);
        Assert.Null(Status);
    }

    /// <summary>A bundle of one file.</summary>
    protected static SecretBundle Bundle(string content) => new() { Files = [new SecretFile("file", SecretFile.DefaultMode, Secret.FromText(content))] };

    /// <summary>Forgets what was done so far; what is told from here on is the test's own.</summary>
    protected void ClearEffects()
    {
        Effects.Clear();
        Looks = 0;
    }

    private async Task LeaveAndUnpublish(string target)
    {
        var volume = Volume;
        await volume.Leave();
        await volume.Unpublish(target, CancellationToken.None);
    }

    private InProcessTestCluster Deploy()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddReminders();
            silo.ConfigureLogging(logging => logging.AddProvider(Log));
            silo.Services
                .Configure<GrainEngineOptions>(engine => (engine.Scheduler, engine.RunInline) = (_scheduler, false))
                .AddSingleton<TimeProvider>(Time)
                .AddVolumes()
                .Configure<VolumeOptions>(volumes =>
                {
                    volumes.Chance = () => Chance;
                    volumes.PollInterval = PollIntervalOption;
                })
                .AddSingleton<ITmpfs>(new MemoryTmpfs(Kernel, Step))
                .AddSingleton<IClassSource>(Classes)
                .AddSingleton<IProviderCatalog>(host => new FixedCatalog([Provider, .. OtherProviders(host)]))
                .AddSingleton<IReminderTable>(new MemoryReminders(Disk, Step))
                .AddKeyedSingleton<IGrainStorage>(VolumeGrain.StorageName, new MemoryStorage(Disk, KeepsSecrets, Step));
            foreach (var observer in Observers)
                silo.Services.AddSingleton(observer);
        });
        var cluster = builder.Build();
        _scheduler.Finish(cluster.DeployAsync);
        return cluster;
    }

    /// <summary>Looks are no effects; the second half of a step is told only where a test breaks it.</summary>
    private void Step(string step)
    {
        if (_isDead |= step == _diesAt)
            throw new ProcessDied();
        if (step is "probe" or "generation")
            Looks++;
        else if (step is not ("read record" or "mounted" or "written" or "swapped" or "unmounted" or "recorded" or "cleared"))
            Effects.Add(step);
        if (WillFail(step))
            throw _breaks[step].Dequeue();
    }
}

/// <summary>The process is dead: whatever it still tries has no effect.</summary>
internal sealed class ProcessDied() : Exception("the process was killed");

/// <summary>What kubelet says of the pod's volume.</summary>
public sealed class Kubelet
{
    public static readonly PodIdentity Pod = new("default", "web-0", "uid-web-0", "web");

    private readonly TimeProvider _time;

    public Kubelet(TimeProvider time)
    {
        _time = time;
        RenewTokens();
    }

    public VolumeSpec Spec { get; set; } = new(
        "csi-web-0", "/pods/web-0/secrets/mount", Pod, new StringMap([new(VolumeSpec.ClassAttribute, "class"), new("csi.storage.k8s.io/ephemeral", "true")]),
        "SINGLE_NODE_WRITER", ReadOnly: true, FsGroup: null, MountFlags: "");

    /// <summary>The JSON of the pod's tokens; null when kubelet sends none.</summary>
    public string? Tokens { get; set; }

    /// <summary>The Secret of nodePublishSecretRef.</summary>
    public (string Name, string Value)[] Secrets { get; set; } = [];

    /// <summary>From now on kubelet sends new tokens, for an hour from now.</summary>
    public void RenewTokens() => Tokens = PodTokenJson.For(Pod, _time.GetUtcNow(), TimeSpan.FromHours(1), "vault");

    public PublishRequest Request() => new(
        Spec, Tokens is null ? null : Secret.FromText(Tokens), Tokens is null ? TokenSource.None : TokenSource.Secrets,
        [.. Secrets.Select(secret => new NamedSecret(secret.Name, Secret.FromText(secret.Value)))]);
}
