using System.Text.Json;
using ActorCsi.Grains;
using Orleans.Storage;

namespace ActorCsi.Fakes;

/// <summary>The state directory: what was written outlives every crash.</summary>
public sealed class MemoryDisk
{
    /// <summary>The volumes' records as JSON, by grain.</summary>
    public SortedDictionary<string, string> Records { get; } = new(StringComparer.Ordinal);

    /// <summary>The reminders, by grain and name.</summary>
    public SortedDictionary<string, ReminderEntry> Reminders { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// The storage of volume records on a <see cref="MemoryDisk"/>. A write has happened or it has not; <paramref name="step"/> is called on either side
/// of it (<c>write Serving</c>, <c>recorded</c>, <c>clear</c>, <c>cleared</c>) and may throw.
/// </summary>
/// <param name="disk">Where the records are.</param>
/// <param name="secretsToo">Whether the disk lies in memory, so that tokens and secrets may be written.</param>
/// <param name="step">Called at each step.</param>
public sealed class MemoryStorage(MemoryDisk disk, bool secretsToo, Action<string> step) : IGrainStorage
{
    private readonly JsonSerializerOptions _json = VolumeRecordJson.Options(secretsToo);

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        step("read record");
        if (disk.Records.TryGetValue(grainId.ToString(), out var json))
        {
            grainState.State = JsonSerializer.Deserialize<T>(json, _json)!;
            grainState.RecordExists = true;
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield(); // a real write lets others run
        step($"write {(grainState.State as VolumeRecord)?.State}");
        disk.Records[grainId.ToString()] = JsonSerializer.Serialize(grainState.State, _json);
        grainState.RecordExists = true;
        step("recorded");
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        step("clear");
        disk.Records.Remove(grainId.ToString());
        grainState.RecordExists = false;
        step("cleared");
    }
}

/// <summary>The reminder table on a <see cref="MemoryDisk"/>; <paramref name="step"/> is called before a change (<c>remind</c>, <c>unremind</c>) and may throw.</summary>
public sealed class MemoryReminders(MemoryDisk disk, Action<string> step) : IReminderTable
{
    /// <inheritdoc/>
    public Task<ReminderTableData> ReadRows(GrainId grainId)
        => Task.FromResult(new ReminderTableData(disk.Reminders.Values.Where(row => row.GrainId == grainId)));

    /// <inheritdoc/>
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Task.FromResult(new ReminderTableData(disk.Reminders.Values));

    /// <inheritdoc/>
    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => Task.FromResult(disk.Reminders.GetValueOrDefault(Key(grainId, reminderName)));

    /// <inheritdoc/>
    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        step("remind");
        entry.ETag = "1";
        disk.Reminders[Key(entry.GrainId, entry.ReminderName)] = entry;
        return Task.FromResult<string?>(entry.ETag);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        step("unremind");
        return Task.FromResult(disk.Reminders.Remove(Key(grainId, reminderName)));
    }

    /// <inheritdoc/>
    public Task TestOnlyClearTable()
    {
        disk.Reminders.Clear();
        return Task.CompletedTask;
    }

    private static string Key(GrainId grainId, string reminderName) => $"{grainId} {reminderName}";
}
