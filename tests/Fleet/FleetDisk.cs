using Orleans.Storage;

namespace ActorCsi.Tests.Fleet;

/// <summary>The state directory of one node: it outlives the driver. Records are immutable, so they are kept as they are.</summary>
internal sealed class FleetDisk : IGrainStorage, IReminderTable
{
    private readonly Dictionary<GrainId, object> _records = [];
    private readonly Dictionary<(GrainId, string), ReminderEntry> _reminders = [];

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_records.TryGetValue(grainId, out var record))
            (grainState.State, grainState.RecordExists) = ((T)record, true);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _records[grainId] = grainState.State!;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _records.Remove(grainId);
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Task.FromResult(new ReminderTableData(_reminders.Values.Where(row => row.GrainId == grainId)));

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Task.FromResult(new ReminderTableData(_reminders.Values));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => Task.FromResult(_reminders.GetValueOrDefault((grainId, reminderName)));

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        entry.ETag = "1";
        _reminders[(entry.GrainId, entry.ReminderName)] = entry;
        return Task.FromResult<string?>(entry.ETag);
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => Task.FromResult(_reminders.Remove((grainId, reminderName)));

    public Task TestOnlyClearTable() => Task.CompletedTask;

    /// <summary>The node was rebooted: /run is empty.</summary>
    public void Clear()
    {
        _records.Clear();
        _reminders.Clear();
    }
}
