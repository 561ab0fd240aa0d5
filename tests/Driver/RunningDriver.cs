using System.Diagnostics.Metrics;
using ActorCsi.Driver;
using ActorCsi.Testing;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Driver;

/// <summary>The real driver on real sockets in a directory of its own, before scripted volumes on the real grain runtime.</summary>
internal sealed class RunningDriver : IAsyncDisposable
{
    public const string Name = "secrets-store.csi.k8s.io";

    /// <summary>The tags of the driver's health checks.</summary>
    public const string Live = "live", Ready = "ready";

    private readonly TemporaryDirectory _directory;
    private readonly IHost _host;
    private readonly bool _ownsDirectory;

    private RunningDriver(TemporaryDirectory directory, bool ownsDirectory, IHost host, CsiDriverOptions options, VirtualTime time, VolumeScript volumes, LogLines log)
        => (_directory, _ownsDirectory, _host, Options, Time, Volumes, Log) = (directory, ownsDirectory, host, options, time, volumes, log);

    public CsiDriverOptions Options { get; }

    /// <summary>The clock of the driver. That of gRPC's deadlines is the real one.</summary>
    public VirtualTime Time { get; }

    public VolumeScript Volumes { get; }

    /// <summary>All that was logged, at every level.</summary>
    public LogLines Log { get; }

    public string Socket => Options.SocketPath;

    public string RegistrationSocket => Options.RegistrationSocketPath!;

    /// <summary>Starts a driver. In <paramref name="directory"/>, when the test has something there already.</summary>
    public static async Task<RunningDriver> Start(Func<CsiDriverOptions, CsiDriverOptions>? with = null, TemporaryDirectory? directory = null)
    {
        var home = directory ?? new TemporaryDirectory();
        var options = new CsiDriverOptions
        {
            DriverName = Name,
            NodeId = "node-1",
            Endpoint = $"unix://{home["plugins/csi.sock"]}",
            RegistrationDirectory = home["plugins_registry"],
            AdminSocketPath = home["admin.sock"],
        };
        options = with?.Invoke(options) ?? options;

        var (time, volumes, log) = (new VirtualTime(), new VolumeScript(), new LogLines());
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        builder.Services
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(volumes)
            .AddSingleton<IVolumeIndex>(volumes)
            .AddSingleton<IStoreLogins>(volumes)
            .AddSingleton<IPublishMetrics>(volumes)
            .AddCsiDriver(options)
            .AddHealthChecks().AddCsiDriver(Live, Ready);
        var host = builder.Build();
        await host.StartAsync().Soon();
        return new RunningDriver(home, directory is null, host, options, time, volumes, log);
    }

    /// <summary>One call to the CSI socket over a connection of its own.</summary>
    public Task<T> Call<T>(Func<Csi.V1.Node.NodeClient, AsyncUnaryCall<T>> call) => Kubelet.Node(Socket, call);

    /// <summary>One call that must fail.</summary>
    public async Task<Status> Refusal<T>(Func<Csi.V1.Node.NodeClient, AsyncUnaryCall<T>> call)
        => (await Assert.ThrowsAsync<RpcException>(() => Call(call))).Status;

    /// <summary>What is wrong, by the checks of one tag.</summary>
    public async Task<IReadOnlyList<string>> Faults(string tag)
    {
        var report = await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains(tag)).Soon();
        return [.. report.Entries.Where(entry => entry.Value.Status is not HealthStatus.Healthy).Select(entry => $"{entry.Key}: {entry.Value.Description}")];
    }

    /// <summary>Listens to what the driver measures.</summary>
    public Measurements Measure() => new(_host.Services.GetRequiredService<IMeterFactory>());

    /// <summary>SIGTERM.</summary>
    public Task Stop() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(new CancellationToken(canceled: true)).Soon();
        _host.Dispose();
        if (_ownsDirectory)
            _directory.Dispose();
    }
}
