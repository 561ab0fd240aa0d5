using Microsoft.Extensions.Hosting;

namespace ActorCsi.GrainEngine;

/// <summary>The silo's life within its host: reminders, collector and start-up tasks in that order, and back.</summary>
internal sealed class SiloService(
    IServiceProvider services, Silo silo, ReminderService reminders, IdleCollector collector, IEnumerable<SiloStartupTask> startupTasks) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await reminders.StartAsync(cancellationToken);
        collector.Start();
        silo.Log.Started(silo.Catalog.Classes.Count());
        foreach (var task in startupTasks)
            await task.Execute(services, cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (silo.IsKilled)
            return;
        await reminders.StopAsync(cancellationToken);
        collector.Dispose();
        await silo.StopAsync(cancellationToken);
    }
}

/// <summary>Something to run once when the silo has started.</summary>
internal sealed record SiloStartupTask(Func<IServiceProvider, CancellationToken, Task> Execute);
