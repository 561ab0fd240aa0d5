using System.Collections.Immutable;

namespace ActorCsi.Grains;

/// <summary>A key of the Secret named by nodePublishSecretRef, as a volume remembers it.</summary>
/// <param name="Name">The key; not secret.</param>
/// <param name="Value">The value; null after a restart where the state directory lies on a disk: no secret is kept there.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.KeptSecret")]
public readonly record struct KeptSecret([property: Id(0)] string Name, [property: Id(1)] Secret? Value)
{
    /// <summary>What is kept of <paramref name="brought"/>: all of it.</summary>
    internal static ImmutableArray<KeptSecret> Of(ImmutableArray<NamedSecret> brought)
        => [.. brought.Select(secret => new KeptSecret(secret.Name, secret.Value))];

    /// <summary>Those whose values are known.</summary>
    internal static ImmutableArray<NamedSecret> Known(ImmutableArray<KeptSecret> kept)
        => [.. kept.Where(secret => secret.Value is not null).Select(secret => new NamedSecret(secret.Name, secret.Value!))];

    /// <summary>Whether these are the same secrets. Nothing on the heap: it stands in the way of every republish.</summary>
    internal static bool AreSame(ImmutableArray<KeptSecret> kept, ImmutableArray<NamedSecret> brought)
    {
        if (kept.Length != brought.Length)
            return false;
        for (var i = 0; i < kept.Length; i++)
            if (kept[i].Name != brought[i].Name || !brought[i].Value.Equals(kept[i].Value))
                return false;
        return true;
    }

    /// <summary>Whether these may be the same secrets. What a restart has made us forget is taken to be what it was: a restart asks no one.</summary>
    internal static bool MayBeSame(ImmutableArray<KeptSecret> kept, ImmutableArray<NamedSecret> brought)
        => kept.Length == brought.Length
            && kept.Zip(brought).All(pair => pair.First.Name == pair.Second.Name && (pair.First.Value is null || pair.Second.Value.Equals(pair.First.Value)));
}
