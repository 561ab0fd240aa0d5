using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Storage;

namespace ActorCsi.Tests.Contract;

/// <summary>A storage that a silo's end does not end. It keeps bytes, as a disk would.</summary>
public sealed class DurableStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), (string ETag, byte[] Bytes)> _records = new();
    private int _version;

    public int Count => _records.Count;

    /// <summary>When set, every read fails with it.</summary>
    public Exception? ReadFailure { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (ReadFailure is not null)
            throw ReadFailure;
        if (_records.TryGetValue((stateName, grainId), out var record))
        {
            grainState.State = JsonSerializer.Deserialize<T>(record.Bytes)!;
            grainState.ETag = record.ETag;
            grainState.RecordExists = true;
        }
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = _records.TryGetValue((stateName, grainId), out var record) ? record.ETag : null;
        if (stored != grainState.ETag)
            throw new InconsistentStateException("The record has changed.", stored, grainState.ETag);
        grainState.ETag = $"v{Interlocked.Increment(ref _version)}";
        grainState.RecordExists = true;
        _records[(stateName, grainId)] = (grainState.ETag, JsonSerializer.SerializeToUtf8Bytes(grainState.State));
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _records.TryRemove((stateName, grainId), out _);
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    /// <summary>Somebody else writes every record there is.</summary>
    public void ChangeAll()
    {
        foreach (var (key, (_, bytes)) in _records)
            _records[key] = ($"v{Interlocked.Increment(ref _version)}", bytes);
    }
}
