using Orleans.Runtime;

namespace Orleans;

/// <summary>Where reminders are kept, so that they outlive the process.</summary>
public interface IReminderTable
{
    /// <summary>Prepares the table. Called once, before anything else.</summary>
    Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>All reminders of one grain.</summary>
    Task<ReminderTableData> ReadRows(GrainId grainId);

    /// <summary>
    /// All reminders of grains whose uniform hash code lies in the range from <paramref name="begin"/>, exclusive, to <paramref name="end"/>, inclusive;
    /// it wraps around where begin is not below end, so that (0, 0) is all there are.
    /// </summary>
    Task<ReminderTableData> ReadRows(uint begin, uint end);

    /// <summary>One reminder, or null.</summary>
    Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName);

    /// <summary>Stores a reminder, new or not, and gives its new ETag.</summary>
    Task<string?> UpsertRow(ReminderEntry entry);

    /// <summary>Removes a reminder. False when it is not there or has another ETag.</summary>
    Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag);

    /// <summary>Removes all there are; for tests.</summary>
    Task TestOnlyClearTable();

    /// <summary>The silo stops.</summary>
    Task StopAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}

/// <summary>What a table answers.</summary>
public sealed class ReminderTableData
{
    /// <summary>Nothing.</summary>
    public ReminderTableData() => Reminders = [];

    /// <summary>Some reminders.</summary>
    public ReminderTableData(IEnumerable<ReminderEntry> list) => Reminders = [.. list];

    /// <summary>One reminder.</summary>
    public ReminderTableData(ReminderEntry entry) => Reminders = [entry];

    /// <summary>The reminders.</summary>
    public IList<ReminderEntry> Reminders { get; private set; }
}

/// <summary>One reminder as it is stored.</summary>
public sealed class ReminderEntry
{
    /// <summary>Whose it is.</summary>
    public GrainId GrainId { get; set; }

    /// <summary>Its name, unique within the grain.</summary>
    public string ReminderName { get; set; } = null!;

    /// <summary>When it is due for the first time, UTC.</summary>
    public DateTime StartAt { get; set; }

    /// <summary>From one tick to the next.</summary>
    public TimeSpan Period { get; set; }

    /// <summary>The version of this record.</summary>
    public string? ETag { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"<GrainId={GrainId} ReminderName={ReminderName} Period={Period}>";
}
