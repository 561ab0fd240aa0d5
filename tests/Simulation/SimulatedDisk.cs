using System.Text.Json;
using ActorCsi.Grains;
using Orleans.Storage;

namespace ActorCsi.Tests.Simulation;

/// <summary>The state directory: what was written outlives every crash.</summary>
internal sealed class SimulatedDisk
{
    public SortedDictionary<string, string> Records { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ReminderEntry> Reminders { get; } = new(StringComparer.Ordinal);
}

/// <summary>Grain storage on the simulated disk. A write has happened or it has not; the process may die on either side of it.</summary>
internal sealed class SimulatedStorage(SimulatedDisk disk, Faults faults, Life life) : IGrainStorage
{
    private static readonly JsonSerializerOptions Json = VolumeRecordJson.Options(secretsToo: true);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        life.Check();
        if (disk.Records.TryGetValue(grainId.ToString(), out var json))
        {
            grainState.State = JsonSerializer.Deserialize<T>(json, Json)!;
            grainState.RecordExists = true;
        }
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Write(() =>
    {
        disk.Records[grainId.ToString()] = JsonSerializer.Serialize(grainState.State, Json);
        grainState.RecordExists = true;
    });

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Write(() =>
    {
        disk.Records.Remove(grainId.ToString());
        grainState.RecordExists = false;
    });

    private async Task Write(Action write)
    {
        await Task.Yield(); // a real write lets others run
        Crossing(faults, life);
        write();
        Crossing(faults, life);
    }

    /// <summary>A point at which a write fails or the process dies.</summary>
    public static void Crossing(Faults faults, Life life)
    {
        life.Check();
        if (faults.Strikes(Fault.CrashInStorage))
            life.End();
        if (faults.Strikes(Fault.StorageFails))
            throw new IOException("simulated: the disk fails");
    }
}

/// <summary>The reminder table on the simulated disk.</summary>
internal sealed class SimulatedReminders(SimulatedDisk disk, Faults faults, Life life) : IReminderTable
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Task.FromResult(new ReminderTableData(disk.Reminders.Values.Where(row => row.GrainId == grainId)));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Task.FromResult(new ReminderTableData(disk.Reminders.Values));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => Task.FromResult(disk.Reminders.GetValueOrDefault(Key(grainId, reminderName)));

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        SimulatedStorage.Crossing(faults, life);
        entry.ETag = "1";
        disk.Reminders[Key(entry.GrainId, entry.ReminderName)] = entry;
        return Task.FromResult<string?>(entry.ETag);
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        SimulatedStorage.Crossing(faults, life);
        return Task.FromResult(disk.Reminders.Remove(Key(grainId, reminderName)));
    }

    public Task TestOnlyClearTable() => Task.CompletedTask;

    private static string Key(GrainId grainId, string reminderName) => $"{grainId} {reminderName}";
}
