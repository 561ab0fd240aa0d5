using System.Globalization;
using Orleans;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>Keeps reminders in memory, for tests. They end with the silo.</summary>
internal sealed class MemoryReminderTable : IReminderTable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(GrainId Grain, string Name), ReminderEntry> _entries = new(
        Comparer<(GrainId Grain, string Name)>.Create((left, right) =>
            left.Grain.CompareTo(right.Grain) is var order && order != 0 ? order : string.CompareOrdinal(left.Name, right.Name)));
    private long _lastVersion;

    public Task<ReminderTableData> ReadRows(GrainId grainId) => Rows(entry => entry.GrainId == grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Rows(entry => IsInRange(entry.GrainId.GetUniformHashCode(), begin, end));

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        lock (_gate)
            return Task.FromResult(_entries.GetValueOrDefault((grainId, reminderName)) is { } entry ? Copy(entry) : null);
    }

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        lock (_gate)
        {
            var stored = Copy(entry);
            stored.ETag = (++_lastVersion).ToString(CultureInfo.InvariantCulture);
            _entries[(entry.GrainId, entry.ReminderName)] = stored;
            return Task.FromResult<string?>(stored.ETag);
        }
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        lock (_gate)
        {
            var isThere = _entries.TryGetValue((grainId, reminderName), out var entry) && entry.ETag == eTag;
            return Task.FromResult(isThere && _entries.Remove((grainId, reminderName)));
        }
    }

    public Task TestOnlyClearTable()
    {
        lock (_gate)
            _entries.Clear();
        return Task.CompletedTask;
    }

    /// <summary>Whether a hash code lies in a range of the ring: begin exclusive, end inclusive, wrapping around.</summary>
    public static bool IsInRange(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    private Task<ReminderTableData> Rows(Func<ReminderEntry, bool> isMeant)
    {
        lock (_gate)
            return Task.FromResult(new ReminderTableData(_entries.Values.Where(isMeant).Select(Copy)));
    }

    private static ReminderEntry Copy(ReminderEntry entry) => new()
    {
        GrainId = entry.GrainId,
        ReminderName = entry.ReminderName,
        StartAt = entry.StartAt,
        Period = entry.Period,
        ETag = entry.ETag,
    };
}
