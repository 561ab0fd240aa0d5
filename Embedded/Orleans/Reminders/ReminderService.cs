using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Timers;

namespace ActorCsi.GrainEngine;

/// <summary>
/// Ticks the reminders of the table. Each has one timer, armed for its next tick and for nothing else; while a tick runs none is armed, so ticks of one
/// reminder do not overlap.
/// </summary>
internal sealed class ReminderService(Silo silo, IOptions<ReminderOptions> options, IReminderTable? table = null) : IReminderRegistry, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId Grain, string Name), ArmedReminder> _armed = [];
    private bool _isStopped;

    private IReminderTable Table => table ?? throw new OrleansConfigurationException(
        "The silo has no reminders. Add them where it is built: silo.UseFileReminderService(...), or silo.UseInMemoryReminderService() for tests.");

    public async Task StartAsync(CancellationToken cancellation)
    {
        if (table is null)
            return;
        await table.StartAsync(cancellation);
        var stored = await table.ReadRows(0, 0);
        foreach (var entry in stored.Reminders.OrderBy(entry => entry.GrainId).ThenBy(entry => entry.ReminderName, StringComparer.Ordinal))
            Arm(entry);
    }

    public Task StopAsync(CancellationToken cancellation)
    {
        Dispose();
        return table?.StopAsync(cancellation) ?? Task.CompletedTask;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            foreach (var reminder in _armed.Values)
                reminder.Dispose();
            _armed.Clear();
        }
    }

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reminderName);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero); // also Timeout.InfiniteTimeSpan
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod || period == TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"The period of reminder {reminderName}, {period}, is below ReminderOptions.MinimumReminderPeriod, {options.Value.MinimumReminderPeriod}. "
                + "Use a grain timer for what comes more often.", nameof(period));
        }

        var entry = new ReminderEntry
        {
            GrainId = callingGrainId,
            ReminderName = reminderName,
            StartAt = Now() + dueTime,
            Period = period,
        };
        entry.ETag = await Table.UpsertRow(entry)
            ?? throw new ReminderException($"The reminder {entry} could not be stored, because it was changed meanwhile. Try again.");
        Arm(entry);
        return new Reminder(entry.GrainId, entry.ReminderName, entry.ETag);
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        if (reminder is not Reminder registered)
            throw new ArgumentException("The reminder does not come from this silo.", nameof(reminder));
        if (!await Table.RemoveRow(registered.GrainId, registered.ReminderName, registered.ETag))
            throw new ReminderException($"The reminder {registered.ReminderName} of {registered.GrainId} could not be removed: it is gone, or was changed since.");
        Disarm((registered.GrainId, registered.ReminderName));
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reminderName);
        return await Table.ReadRow(callingGrainId, reminderName) is { } entry ? Reminder.Of(entry) : null;
    }

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId)
    {
        var stored = await Table.ReadRows(callingGrainId);
        return [.. stored.Reminders.Select(Reminder.Of)];
    }

    private DateTime Now() => silo.Time.GetUtcNow().UtcDateTime;

    private void Arm(ReminderEntry entry)
    {
        lock (_gate)
        {
            if (_isStopped)
                return;
            Disarm((entry.GrainId, entry.ReminderName));
            var reminder = new ArmedReminder(silo, entry);
            _armed.Add((entry.GrainId, entry.ReminderName), reminder);
            reminder.Start();
        }
    }

    private void Disarm((GrainId Grain, string Name) key)
    {
        lock (_gate)
        {
            if (_armed.Remove(key, out var reminder))
                reminder.Dispose();
        }
    }

    private sealed record Reminder(GrainId GrainId, string ReminderName, string ETag) : IGrainReminder
    {
        public static Reminder Of(ReminderEntry entry) => new Reminder(entry.GrainId, entry.ReminderName, entry.ETag ?? "");
    }
}
