using System.Diagnostics.Metrics;
using ActorCsi.Telemetry;
using ActorCsi.Telemetry.Http;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Telemetry;

/// <summary>The door in a host of its own, on a port of loopback, with a meter and health checks that the test has in hand.</summary>
internal sealed class RunningTelemetry : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly HttpClient _client = new();

    private RunningTelemetry(IHost host, VirtualTime time, LogLines log, Health health)
        => (_host, Time, Log, Health, Meter) = (host, time, log, health, host.Services.GetRequiredService<IMeterFactory>().Create("ActorCsi.Tests"));

    public VirtualTime Time { get; }

    public LogLines Log { get; }

    public Health Health { get; }

    /// <summary>A meter that is shown.</summary>
    public Meter Meter { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Where the door is: 127.0.0.1:12345.</summary>
    public string Address => Door.ListensAt!;

    public HttpDoor Door => _host.Services.GetRequiredService<HttpDoor>();

    /// <summary>Starts the host and waits until the door is open.</summary>
    public static async Task<RunningTelemetry> Start(string address = "127.0.0.1:0")
    {
        var running = await Begin(address);
        await running.Log.Holds("metrics and health are at");
        return running;
    }

    /// <summary>Starts the host.</summary>
    public static async Task<RunningTelemetry> Begin(string address)
    {
        var (time, log, health) = (new VirtualTime(), new LogLines(), new Health());
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddHealthChecks()
            .AddCheck("a", () => health.Live, [HealthTags.Live, HealthTags.Ready])
            .AddCheck("b", () => health.Ready, [HealthTags.Ready]);
        builder.Services.AddHttpTelemetry(address);
        var host = builder.Build();
        await host.StartAsync().Soon();
        return new RunningTelemetry(host, time, log, health);
    }

    public Task<HttpResponseMessage> Ask(string path, string? accept = null, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, $"http://{Address}{path}");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return _client.SendAsync(request).Soon();
    }

    /// <summary>The text of <c>/metrics</c>, without what is said of the process itself.</summary>
    public async Task<string> Metrics(string? accept = null)
        => string.Concat((await AllMetrics(accept)).Split('\n').Where(line => line.Length > 0 && !line.Contains("process_", StringComparison.Ordinal) && !line.Contains("actorcsi_heap", StringComparison.Ordinal)).Select(line => line + "\n"));

    /// <summary>The text of <c>/metrics</c>.</summary>
    public async Task<string> AllMetrics(string? accept = null)
    {
        using var answer = await Ask("/metrics", accept);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync().Soon();
    }

    public Task Stop() => _host.StopAsync().Soon();

    public async ValueTask DisposeAsync()
    {
        await Stop();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _client.Dispose();
    }
}

/// <summary>What the health checks of a test say.</summary>
internal sealed class Health
{
    public HealthCheckResult Live { get; set; } = HealthCheckResult.Healthy();

    public HealthCheckResult Ready { get; set; } = HealthCheckResult.Healthy();
}
