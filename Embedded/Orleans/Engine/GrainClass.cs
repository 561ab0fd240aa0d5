using System.Reflection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace ActorCsi.GrainEngine;

/// <summary>What all activations of one grain class share.</summary>
internal sealed class GrainClass
{
    private readonly Func<GrainActivator, object> _create;

    public GrainClass(Type type, GrainType grainType, IReadOnlyList<Type> interfaces, Func<GrainActivator, object> create)
    {
        Type = type;
        GrainType = grainType;
        Interfaces = interfaces;
        _create = create;
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        CollectionAge = type.IsDefined(typeof(KeepAliveAttribute), inherit: true)
            ? Timeout.InfiniteTimeSpan
            : type.GetCustomAttribute<CollectionAgeLimitAttribute>(inherit: true)?.Age;
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public IReadOnlyList<Type> Interfaces { get; }

    public bool IsReentrant { get; }

    public Func<object, IInvokable, bool>? MayInterleave { get; init; }

    /// <summary>How long an idle activation stays; null for the silo's own setting, infinite for ever.</summary>
    public TimeSpan? CollectionAge { get; set; }

    /// <summary>Whether calls pass a filter: one of the silo's, or the grain itself.</summary>
    public bool HasIncomingFilters { get; set; }

    public object Create(Activation activation) => _create(new GrainActivator(activation));

    /// <summary>The class name in lower case without a trailing "grain", as in Orleans; <see cref="GrainTypeAttribute"/> says otherwise.</summary>
    public static GrainType TypeOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } named)
            return named.Name;
        // Orleans' identifiers are lower case.
        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5 ? name[..^5] : name);
    }
}
