using System.Text.Json;
using Orleans;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>Keeps reminders in files, one each, and in memory: they are read from the files once, when the silo starts.</summary>
internal sealed class FileReminderTable(RecordDirectory records) : IReminderTable
{
    private readonly MemoryReminderTable _rows = new();

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        foreach (var record in await records.Run(records.ReadAll))
        {
            if (ReadEntry(record) is { } entry)
                await _rows.UpsertRow(entry);
            else
                records.SetAside(record, "it is not a reminder");
        }
    }

    public Task<ReminderTableData> ReadRows(GrainId grainId) => _rows.ReadRows(grainId);

    public Task<ReminderTableData> ReadRows(uint begin, uint end) => _rows.ReadRows(begin, end);

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => _rows.ReadRow(grainId, reminderName);

    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var record = new Record(entry.GrainId, entry.ReminderName, "", WriteEntry(entry));
        await records.Run(() =>
        {
            records.Write(record);
            return true;
        });
        return await _rows.UpsertRow(entry);
    }

    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        if (!await _rows.RemoveRow(grainId, reminderName, eTag))
            return false;
        await records.Run(() =>
        {
            records.Delete(grainId, reminderName);
            return true;
        });
        return true;
    }

    public async Task TestOnlyClearTable()
    {
        foreach (var entry in (await _rows.ReadRows(0, 0)).Reminders)
            await RemoveRow(entry.GrainId, entry.ReminderName, entry.ETag!);
    }

    private static byte[] WriteEntry(ReminderEntry entry)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("startAt", entry.StartAt);
            json.WriteNumber("periodTicks", entry.Period.Ticks);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static ReminderEntry? ReadEntry(Record record)
    {
        try
        {
            using var json = JsonDocument.Parse(record.Payload);
            var period = TimeSpan.FromTicks(json.RootElement.GetProperty("periodTicks").GetInt64());
            return period <= TimeSpan.Zero ? null : new ReminderEntry
            {
                GrainId = record.Grain,
                ReminderName = record.Name,
                StartAt = json.RootElement.GetProperty("startAt").GetDateTime(),
                Period = period,
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
