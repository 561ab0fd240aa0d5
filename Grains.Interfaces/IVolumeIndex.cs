using System.Collections.Immutable;

namespace ActorCsi;

/// <summary>Which volumes there are on this node.</summary>
public interface IVolumeIndex
{
    /// <summary>The ids of all volumes that are published, or were being published or unpublished when the process last ended. Sorted.</summary>
    Task<ImmutableArray<string>> List();
}
