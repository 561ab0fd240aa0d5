using System.Collections.Immutable;

namespace ActorCsi.Grains;

/// <summary>
/// The reminder table is the list of volumes: a volume has its reminder from before its mount until after its unmount, and the table
/// outlives the process.
/// </summary>
internal sealed class VolumeIndex(IReminderTable reminders) : IVolumeIndex
{
    public async Task<ImmutableArray<string>> List()
    {
        var table = await reminders.ReadRows(0, 0); // from 0 to 0 is the whole ring
        return [.. table.Reminders
            .Where(row => row.ReminderName == VolumeGrain.ReminderName)
            .Select(row => row.GrainId.Key.ToString()!)
            .Order(StringComparer.Ordinal)];
    }
}
