namespace ActorCsi;

/// <summary>
/// What operators decide about a SecretProviderClass on this node. The key is <c>namespace/name</c>. Survives restarts.
/// </summary>
[Alias("ActorCsi.IClassGrain")]
public interface IClassGrain : IGrainWithStringKey
{
    /// <summary>
    /// Nothing of the class is refreshed until <see cref="Resume"/>: volumes keep the files that they have, also when the class changes, and also past the end of
    /// what they hold. New pods start as ever, and a refresh on demand is done.
    /// </summary>
    /// <param name="reason">Why, for whoever looks at a volume and wonders.</param>
    [Alias("Hold")]
    Task Hold(string reason);

    /// <summary>Ends a hold. What became due meanwhile is refreshed within a minute. No failure when there is none.</summary>
    [Alias("Resume")]
    Task Resume();

    /// <summary>The hold in force, an operator's or the class's own (<c>actorcsi.io/hold</c>); null when there is none.</summary>
    [Alias("Inspect")]
    Task<ClassHold?> Inspect();
}

/// <summary>A hold on a class.</summary>
/// <param name="Since">When it began; null when the class itself says that it is held.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.ClassHold")]
public sealed record ClassHold([property: Id(0)] DateTimeOffset? Since, [property: Id(1)] string Reason);
