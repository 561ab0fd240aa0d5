using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// The volumes whose requests are remembered, so that only they are told when their volume is gone; of all providers of issued certificates together. A volume whose class lists
/// several sources (<see cref="FetchRequest.Source"/>) has a request for each: the key is <c>source|volume</c>, the source empty where there is but one.
/// </summary>
internal sealed class CertificateVolumes(IGrainFactory grains, IReminderTable reminders, ILogger<CertificateVolumes> log)
{
    private const char Separator = '|';

    private readonly ConcurrentDictionary<string, bool> _keys = new(StringComparer.Ordinal);
    private int _resumed;

    /// <summary>The key of a request's grain.</summary>
    public static string Key(string volume, string? source) => $"{source}{Separator}{volume}";

    /// <summary>Whose key it is. A volume's id may hold a separator, a source's name does not.</summary>
    public static string VolumeOf(string key) => key[(key.IndexOf(Separator) + 1)..];

    public void Add(string key) => _keys[key] = true;

    public void Remove(string key) => _keys.TryRemove(key, out _);

    /// <summary>The volume is gone. Waits for nobody: its request may be in the middle of a fetch that has just been given up.</summary>
    public Task Release(string volume) => Tell(Of(volume));

    /// <inheritdoc cref="Release(string)"/>
    public Task Release(string volume, string source) => Tell(Of(volume).Where(key => key == Key(volume, source)));

    /// <summary>After a restart: which requests there are, and whose volumes are gone.</summary>
    public async Task Resume()
    {
        if (Interlocked.Exchange(ref _resumed, 1) == 1)
            return; // each provider says so
        var table = await reminders.ReadRows(0, 0); // from 0 to 0 is the whole ring
        foreach (var row in table.Reminders.Where(row => row.ReminderName == CertificateRequestGrain.ReminderName))
        {
            var key = row.GrainId.Key.ToString()!;
            var volume = VolumeOf(key);
            Add(key);
            if (await grains.GetGrain<IVolumeGrain>(volume).Inspect() is null)
                await Release(volume); // it went, or its publish was undone, before there was anybody to tell
        }
    }

    private IEnumerable<string> Of(string volume) => _keys.Keys.Where(key => VolumeOf(key) == volume);

    private Task Tell(IEnumerable<string> keys)
    {
        foreach (var key in keys)
            _ = Tell(key);
        return Task.CompletedTask;
    }

    private async Task Tell(string key)
    {
        try
        {
            await grains.GetGrain<ICertificateRequestGrain>(key).Release();
        }
        catch (Exception failure)
        {
            Log.RequestNotReleased(log, VolumeOf(key), failure);
        }
    }
}
