using System.Collections.Concurrent;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>All grain classes by type, and all activations by id: at most one of each grain.</summary>
internal sealed class Catalog
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly Dictionary<GrainType, GrainClass> _classes = [];
    private readonly Silo _silo;

    public Catalog(Silo silo, IEnumerable<GrainClass> classes)
    {
        _silo = silo;
        foreach (var grainClass in classes)
        {
            if (!_classes.TryAdd(grainClass.GrainType, grainClass))
            {
                throw new OrleansConfigurationException(
                    $"{grainClass.Type} and {_classes[grainClass.GrainType].Type} are both of the grain type \"{grainClass.GrainType}\". "
                    + "Give one of them another with [GrainType(\"...\")].");
            }
        }
    }

    public IEnumerable<GrainClass> Classes => _classes.Values;

    /// <summary>All activations in the order of their ids; a dictionary's own order differs from process to process.</summary>
    public List<Activation> Activations()
    {
        List<Activation> all = [.. _activations.Values];
        all.Sort(ById);
        return all;
    }

    /// <summary>All activations, without a copy of the list.</summary>
    public IEnumerable<Activation> InAnyOrder()
    {
        foreach (var (_, activation) in _activations)
            yield return activation;
    }

    public static int ById(Activation left, Activation right) => left.GrainId.CompareTo(right.GrainId);

    public Activation? Find(GrainId id) => _activations.GetValueOrDefault(id);

    /// <summary>The activation of <paramref name="id"/>, new if there is none. Making one runs no grain code; its first call does.</summary>
    public Activation FindOrAdd(GrainId id)
    {
        if (_activations.TryGetValue(id, out var found))
            return found;
        if (!_classes.TryGetValue(id.Type, out var grainClass))
            throw new ArgumentException($"There is no grain class of the type \"{id.Type}\", so {id} cannot be called. {Hint}");
        if (_silo.IsStopping)
            throw _silo.Unavailable();
        return _activations.GetOrAdd(id, static (id, arg) => new Activation(arg._silo, arg.grainClass, id), (_silo, grainClass));
    }

    /// <summary>Puts <paramref name="successor"/>, or nothing, in the place of <paramref name="gone"/>.</summary>
    public void Replace(Activation gone, Activation? successor)
    {
        var replaced = successor is null
            ? _activations.TryRemove(KeyValuePair.Create(gone.GrainId, gone))
            : _activations.TryUpdate(gone.GrainId, successor, gone);
        // A kill empties the catalog under the feet of a turn that still runs.
        if (!replaced && !_silo.IsKilled)
            throw new InvalidOperationException($"Two activations of {gone.GrainId} existed at once. This is a fault in the engine.");
    }

    public void Clear() => _activations.Clear();

    internal const string Hint =
        "Grain assemblies are found through the assembly that calls UseOrleans: it, or one it references, must be built with the grain code generator "
        + "(<UsesGrains>true</UsesGrains>).";
}
