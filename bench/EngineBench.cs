using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Bench;

/// <summary>A grain that answers at once, and one that waits.</summary>
[Alias("ActorCsi.Bench.IEchoGrain")]
public interface IEchoGrain : IGrainWithStringKey
{
    /// <summary>Gives back what it was given.</summary>
    [Alias("Echo")]
    Task<int> Echo(int number);

    /// <summary>Arms a timer that is due in an hour.</summary>
    [Alias("Arm")]
    Task Arm();
}

/// <inheritdoc cref="IEchoGrain"/>
public sealed class EchoGrain : Grain, IEchoGrain
{
    /// <inheritdoc/>
    public Task<int> Echo(int number) => Task.FromResult(number);

    /// <inheritdoc/>
    public Task Arm()
    {
        this.RegisterGrainTimer(() => Task.CompletedTask, new GrainTimerCreationOptions(TimeSpan.FromHours(1), TimeSpan.FromHours(1)) { KeepAlive = true });
        return Task.CompletedTask;
    }
}

/// <summary>The grain engine by itself.</summary>
internal static class EngineBench
{
    private const int Calls = 2_000_000;
    private const int Timers = 10_000;

    public static async Task Run(Report report)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        using var host = builder.Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();

        var grain = grains.GetGrain<IEchoGrain>("one");
        var runs = new List<double>();
        for (var run = 0; run < 6; run++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < Calls; i++)
                await grain.Echo(i);
            if (run > 0) // the first warms up
                runs.Add(Calls / watch.Elapsed.TotalSeconds);
        }
        runs.Sort();
        report.Add("grain calls in process, one caller", Report.PerSecond(runs[runs.Count / 2]), "≥ 1,000,000/s");

        for (var i = 0; i < Timers; i++)
            await grains.GetGrain<IEchoGrain>($"armed-{i}").Arm();
        GC.Collect();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(10));
        var spent = Process.GetCurrentProcess().TotalProcessorTime - before;
        report.Add($"{Timers:#,0} armed timers, nothing due for 10 s", $"{spent.TotalMilliseconds:0} ms of CPU", "none to speak of");
        await host.StopAsync();
    }
}
