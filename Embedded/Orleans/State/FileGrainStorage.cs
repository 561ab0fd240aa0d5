using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace ActorCsi.GrainEngine;

/// <summary>
/// Keeps states in files. A record that somebody else has written since is refused; one that was lost or spoilt is not, for then the state in memory is
/// the best there is.
/// </summary>
internal sealed class FileGrainStorage(RecordDirectory records, StateJson json) : IGrainStorage
{
    private long _lastVersion;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (state, etag) = await records.Run(() => Read<T>(stateName, grainId));
        grainState.State = state;
        grainState.ETag = etag;
        grainState.RecordExists = etag is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var version = NextVersion(grainState.ETag);
        var record = new Record(grainId, stateName, version, json.Write(grainState.State));
        await records.Run(() =>
        {
            RefuseOthers(stateName, grainId, grainState.ETag);
            records.Write(record);
            return true;
        });
        Erase(record);
        grainState.ETag = version;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await records.Run(() =>
        {
            RefuseOthers(stateName, grainId, grainState.ETag);
            records.Delete(grainId, stateName);
            return true;
        });
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private (T? State, string? ETag) Read<T>(string stateName, GrainId grainId)
    {
        if (records.Read(grainId, stateName) is not { } record)
            return default;
        try
        {
            return (json.Read<T>(record.Payload), record.ETag);
        }
        catch (JsonException exception)
        {
            // Only where it went wrong: the exception's own words may quote the content.
            records.SetAside(record, $"it is not a {typeof(T).Name}: the fault is at {exception.Path ?? "its beginning"}");
            return default;
        }
        finally
        {
            Erase(record);
        }
    }

    // The bytes of a state may hold secrets.
    private static void Erase(Record record) => CryptographicOperations.ZeroMemory(record.Payload);

    private void RefuseOthers(string stateName, GrainId grainId, string? etag)
    {
        if (records.Read(grainId, stateName) is { } stored && stored.ETag != etag)
        {
            throw new InconsistentStateException(
                $"The stored state \"{stateName}\" of {grainId} has version {stored.ETag}, the one in memory was read from version {etag ?? "none"}.",
                stored.ETag, etag);
        }
    }

    // Never a version that this record had before, also not when it was removed in between.
    private string NextVersion(string? etag)
    {
        var current = long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _lastVersion);
            next = Math.Max(last, current) + 1;
        }
        while (Interlocked.CompareExchange(ref _lastVersion, next, last) != last);
        return next.ToString(CultureInfo.InvariantCulture);
    }
}
