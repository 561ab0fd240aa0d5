using ActorCsi.GrainEngine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace ActorCsi.Tests.Runtime;

/// <summary>A silo on a virtual clock, with its log.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private TestSilo(InProcessTestCluster cluster, VirtualTime time, LogLines log) => (Cluster, Time, Log) = (cluster, time, log);

    public InProcessTestCluster Cluster { get; }

    public VirtualTime Time { get; }

    public LogLines Log { get; }

    public IGrainFactory Grains => Cluster.Client;

    public static async Task<TestSilo> Start(Action<ISiloBuilder>? configure = null, VirtualTime? time = null)
    {
        var log = new LogLines();
        time ??= new VirtualTime();
        var builder = new InProcessTestClusterBuilder();
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<TimeProvider>(time);
            silo.ConfigureLogging(logging => logging.AddProvider(log));
            configure?.Invoke(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestSilo(cluster, time, log);
    }

    public async Task Crash()
    {
        await Cluster.KillSiloAsync(Cluster.Silos[0]);
        await Cluster.StartAdditionalSiloAsync();
    }

    /// <summary>Waits until the grain has done what it could do by now.</summary>
    public async Task Settle(IAddressable grain)
    {
        if (!Cluster.TryGetGrainContext(grain.GetGrainId(), out var context))
            return;
        var turn = new Task(() => { });
        ((Activation)context).Post(turn);
        await turn.Soon();
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}

/// <summary>What was logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
            _lines.Add($"{logLevel}: {formatter(state, exception)}");
    }

    public void Dispose()
    {
    }
}
