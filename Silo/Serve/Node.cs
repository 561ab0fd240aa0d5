using System.Collections.Immutable;
using ActorCsi.Cluster;
using ActorCsi.Cluster.Classes;
using ActorCsi.Cluster.Issuance;
using ActorCsi.Driver;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Telemetry;
using ActorCsi.Telemetry.Otlp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Silo.Serve;

/// <summary>The composition root: options → runtime → grains → driver → run. What belongs together is put together here and nowhere else.</summary>
internal static class Node
{
    /// <summary>Runs until SIGTERM or <paramref name="cancellationToken"/>; the mounts stay. Gives the exit code.</summary>
    public static async Task<int> Run(ServeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var state = StateDirectory.Open(options.StateDirectory);
            using var host = Build(options, state);
            if (!state.IsInMemory)
                Log.StateOnDisk(host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Node)), state.Path);
            await host.RunAsync(cancellationToken);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"actorcsi: {e.Message}");
            return 1;
        }
    }

    private static IHost Build(ServeOptions options, StateDirectory state)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        AddLog(builder.Logging, options);
        var time = options.Clock is { } now ? new FastTime(now, options.ClockRate) : TimeProvider.System;
        builder.Services.AddSingleton(time);

        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .UseGrainMemory(state));
        AddGrains(builder.Services, options, state);
        if (ClusterOption.Access(options.Kubernetes, time) is { } cluster)
            AddCluster(builder.Services, options, cluster);

        builder.Services.AddCsiDriver(new CsiDriverOptions
        {
            DriverName = options.DriverName,
            NodeId = options.NodeId,
            Endpoint = options.Endpoint,
            RegistrationDirectory = NullIfEmpty(options.RegistrationDirectory),
            KubeletEndpointPath = NullIfEmpty(options.KubeletEndpoint),
            AdminSocketPath = state.In("admin.sock"),
            MaxVolumesPerNode = options.MaxVolumesPerNode,
            DrainTimeout = options.DrainTimeout,
        });
        builder.Services.AddSingleton<Resumption>();
        builder.Services.AddHostedService(host => host.GetRequiredService<Resumption>()); // after the driver: kubelet need not wait for it
        builder.Services.AddHostedService<QuietMoments>();
        AddTelemetry(builder.Services, options);
        return builder.Build();
    }

    private static void AddGrains(IServiceCollection services, ServeOptions options, StateDirectory state)
    {
        services.AddVolumes();
        services.AddSingleton<ITmpfs, LinuxTmpfs>();
        services.AddDirectoryClasses(NullIfEmpty(options.Classes));
        services.AddProviders(new ProviderOptions
        {
            SocketDirectories = options.ProviderDirectories,
            PreferBuiltIn = options.PreferBuiltIn,
            MaxReceiveMessageSize = options.MaxReceiveMessageSize,
            PluginAudiences = PluginAudiences(options.ProviderAudiences),
            StateDirectory = state.Path,
            PkiCertificate = NullIfEmpty(options.PkiCertificate),
            PkiKey = NullIfEmpty(options.PkiKey),
            PkiTrusted = NullIfEmpty(options.PkiTrusted),
            CertificatesRequestedBy = options.CertificatesRequestedBy,
            NodeIdentities = options.NodeIdentities,
            SpiffeIssuer = NullIfEmpty(options.SpiffeIssuer),
            SpiffeTrusted = NullIfEmpty(options.SpiffeTrusted),
            Environment = Environment.GetEnvironmentVariable,
            Http = new ProviderHttpOptions { Proxy = new EnvironmentProxy(Environment.GetEnvironmentVariable) },
        });
        services.Configure<VolumeOptions>(volumes =>
        {
            volumes.Limits = new TmpfsLimits(options.VolumeSizeBytes, options.VolumeInodes);
            volumes.PollInterval = options.PollInterval;
            volumes.OutageAllowance = options.OutageAllowance;
            volumes.DriverName = options.DriverName;
            volumes.InlineDefaults = InlineDefaults(options.InlineDefaults);
        });
        services.Configure<ProviderLimits>(limits => limits.Timeout = options.ProviderTimeout);
    }

    private static void AddCluster(IServiceCollection services, ServeOptions options, ClusterAccess cluster)
    {
        services.AddKubernetes(cluster);
        services.AddClusterClasses();
        services.AddCertificateRequests();
        services.AddClusterObjects(objects => objects.NodeId = options.NodeId);
    }

    /// <summary>After everything else: nobody who wants a volume waits for it.</summary>
    private static void AddTelemetry(IServiceCollection services, ServeOptions options)
    {
        if (options.MetricsAddress.Length > 0)
        {
            services.AddHealthChecks()
                .AddCsiDriver(HealthTags.Live, HealthTags.Ready)
                .AddCheck<Resumption>("volumes", tags: [HealthTags.Ready]);
            services.AddHttpTelemetry(options.MetricsAddress);
        }
        if (options.OtlpEndpoint.Length > 0)
            services.AddOtlp(new OtlpOptions
            {
                Endpoint = new Uri(options.OtlpEndpoint, UriKind.RelativeOrAbsolute),
                Protocol = options.OtlpProtocol,
                NodeId = options.NodeId,
                Version = CsiDriverOptions.Version,
            });
    }

    /// <summary><c>vault=vault</c>, <c>vault=api</c>, <c>aws=sts.amazonaws.com</c>: audiences by plugin.</summary>
    internal static Dictionary<string, ImmutableArray<string>> PluginAudiences(IEnumerable<string> pairs) => pairs
        .Select(pair => pair.Split('=', 2) is [var plugin, var audience] ? (plugin, audience)
            : throw new ArgumentException($"--provider-audiences: '{pair}' names no audience, expected plugin=audience"))
        .GroupBy(pair => pair.plugin, pair => pair.audience)
        .ToDictionary(group => group.Key, group => group.ToImmutableArray());

    /// <summary><c>issuerName=ca</c>, <c>issuerKind=ClusterIssuer</c>: parameters by name.</summary>
    internal static StringMap InlineDefaults(IEnumerable<string> pairs) => new(pairs
        .Select(pair => pair.Split('=', 2) is [{ Length: > 0 } name, var value] ? KeyValuePair.Create(name, value)
            : throw new ArgumentException($"--inline-defaults: '{pair}' names no value, expected name=value")));

    private static void AddLog(ILoggingBuilder log, ServeOptions options)
    {
        log.SetMinimumLevel(options.Verbosity switch { >= 5 => LogLevel.Trace, >= 2 => LogLevel.Debug, _ => LogLevel.Information });
        if (options.JsonLog)
            log.AddJsonConsole(json => json.UseUtcTimestamp = true);
        else
            log.AddSimpleConsole(simple => (simple.SingleLine, simple.TimestampFormat, simple.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        log.AddFilter("Microsoft", options.Verbosity >= 5 ? LogLevel.Debug : LogLevel.Warning);
        log.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // a line for each probe that fails; ours has one for each change
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
