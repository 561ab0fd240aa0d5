using System.Collections.Concurrent;
using System.Globalization;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace ActorCsi.GrainEngine;

/// <summary>
/// Keeps states as bytes in memory, for tests: what a grain changes after a write is not in the store, as it would not be on disk. It ends with the silo.
/// </summary>
internal sealed class MemoryGrainStorage(StateJson json) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), Record> _records = new();
    private long _lastVersion;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = _records.GetValueOrDefault((stateName, grainId));
        grainState.State = record is null ? default : json.Read<T>(record.Bytes);
        grainState.ETag = record?.ETag;
        grainState.RecordExists = record is not null;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var version = Interlocked.Increment(ref _lastVersion).ToString(CultureInfo.InvariantCulture);
        var record = new Record(version, json.Write(grainState.State));
        _records.AddOrUpdate(
            (stateName, grainId),
            _ => grainState.ETag is null ? record : throw Stale(null, grainState.ETag),
            (_, stored) => stored.ETag == grainState.ETag ? record : throw Stale(stored.ETag, grainState.ETag));
        grainState.ETag = version;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_records.TryGetValue((stateName, grainId), out var stored)
            && (stored.ETag != grainState.ETag || !_records.TryRemove(KeyValuePair.Create((stateName, grainId), stored))))
            throw Stale(stored.ETag, grainState.ETag);
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private static InconsistentStateException Stale(string? stored, string? current) =>
        new($"The stored state has version {stored ?? "none"}, the one in memory was read from version {current ?? "none"}.", stored, current);

    private sealed record Record(string ETag, byte[] Bytes);
}
