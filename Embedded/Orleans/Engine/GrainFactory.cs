using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>Makes references. Which class an interface means is decided once, when it is first asked for.</summary>
internal sealed class GrainFactory : IClusterClient
{
    private readonly ConcurrentDictionary<(Type Interface, string? ClassNamePrefix), GrainType> _types = new();
    private readonly Func<(Type Interface, string? ClassNamePrefix), GrainType> _findType;
    private readonly Silo _silo;
    private readonly IReadOnlyDictionary<Type, Func<ReferenceTarget, GrainReference>> _references;
    private readonly ILookup<Type, GrainClass> _implementations;

    public GrainFactory(Silo silo, GrainRegistry registry)
    {
        _silo = silo;
        _findType = asked => ClassOf(asked.Interface, asked.ClassNamePrefix).GrainType;
        _references = registry.References;
        _implementations = registry.Classes
            .SelectMany(grainClass => grainClass.Interfaces, (grainClass, type) => (type, grainClass))
            .ToLookup(pair => pair.type, pair => pair.grainClass);
    }

    public IServiceProvider ServiceProvider => _silo.Services;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return Get<TGrainInterface>(IdSpan.Create(primaryKey), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey
        => Get<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey
        => Get<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(keyExtension);
        return Get<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey, keyExtension), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(keyExtension);
        return Get<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey, keyExtension), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable
        => (TGrainInterface)CreateReference(typeof(TGrainInterface), grainId);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(grainPrimaryKey);
        return (IGrain)CreateReference(grainInterfaceType, new GrainId(TypeOf(grainInterfaceType, null), IdSpan.Create(grainPrimaryKey)));
    }

    public object CreateReference(Type interfaceType, GrainId id) => _references.TryGetValue(interfaceType, out var create)
        ? create(new ReferenceTarget(_silo, id))
        : throw new ArgumentException($"{interfaceType} is not a grain interface that this program knows. {Catalog.Hint}", nameof(interfaceType));

    /// <summary>A reference to a grain by the first of its interfaces.</summary>
    public GrainReference ReferenceTo(Activation activation) =>
        (GrainReference)CreateReference(activation.Class.Interfaces[0], activation.GrainId);

    private TGrainInterface Get<TGrainInterface>(IdSpan key, string? classNamePrefix) =>
        (TGrainInterface)CreateReference(typeof(TGrainInterface), new GrainId(TypeOf(typeof(TGrainInterface), classNamePrefix), key));

    private GrainType TypeOf(Type interfaceType, string? classNamePrefix) => _types.GetOrAdd((interfaceType, classNamePrefix), _findType);

    // One class: that one. Several: the one whose full name begins with the prefix, else the one named as the interface is (IVolumeGrain, VolumeGrain).
    private GrainClass ClassOf(Type interfaceType, string? classNamePrefix)
    {
        GrainClass[] candidates = [.. _implementations[interfaceType]
            .Where(grainClass => classNamePrefix is null || grainClass.Type.FullName!.StartsWith(classNamePrefix, StringComparison.Ordinal))];
        return candidates switch
        {
            [var only] => only,
            [_, ..] when Array.Find(candidates, grainClass => "I" + grainClass.Type.Name == interfaceType.Name) is { } named => named,
            [] => throw new ArgumentException(
                $"No grain class implements {interfaceType}{(classNamePrefix is null ? "" : $" with a name that begins \"{classNamePrefix}\"")}. {Catalog.Hint}"),
            _ => throw new ArgumentException(
                $"{interfaceType} is implemented by {string.Join(" and ", candidates.Select(grainClass => grainClass.Type.FullName))}. "
                + "Say which one by its name: GetGrain(key, grainClassNamePrefix)."),
        };
    }
}
