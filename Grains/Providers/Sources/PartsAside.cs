using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Sources;

/// <summary>
/// What some sources of a volume have given while another one failed. The volume goes on with its old files, and comes again soon; then only the one that failed
/// is asked, not those that are well. In memory only: it ends when it is used or has become due, and with its volume.
/// </summary>
internal sealed class PartsAside
{
    private readonly ConcurrentDictionary<string, ImmutableArray<SourcePart>> _parts = new(StringComparer.Ordinal);

    /// <summary>Takes over <paramref name="parts"/>. A volume has one fetch at a time, and that takes what there is before it puts more.</summary>
    public void Put(string volume, ImmutableArray<SourcePart> parts)
    {
        if (!parts.IsEmpty)
            _parts[volume] = parts;
    }

    /// <summary>What there is for the volume. The caller owns it.</summary>
    public ImmutableArray<SourcePart> Take(string volume) => _parts.TryRemove(volume, out var parts) ? parts : [];
}
