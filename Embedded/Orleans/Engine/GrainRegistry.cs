using System.ComponentModel;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace ActorCsi.GrainEngine;

/// <summary>Names the class that describes the grains of an assembly. The code generator puts it there, and finds by it what referenced assemblies hold.</summary>
/// <param name="manifest">A class with a public static method <c>Describe(GrainRegistry)</c>.</param>
[AttributeUsage(AttributeTargets.Assembly)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GrainManifestAttribute(Type manifest) : Attribute
{
    /// <summary>The class.</summary>
    public Type Manifest { get; } = manifest;
}

/// <summary>
/// The grain interfaces and classes that the program holds. Each assembly with grain code has a generated module initialiser that adds its own
/// description and those of all assemblies it references. So whoever calls <c>UseOrleans</c> from such an assembly has all its grains, also those in
/// assemblies that the runtime has not loaded yet.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GrainRegistry
{
    private static readonly Lock Gate = new();
    private static readonly SortedDictionary<string, Action<GrainRegistry>> Assemblies = new(StringComparer.Ordinal);

    private readonly Dictionary<Type, Func<ReferenceTarget, GrainReference>> _references = [];
    private readonly List<GrainClass> _classes = [];

    private GrainRegistry()
    {
    }

    internal IReadOnlyDictionary<Type, Func<ReferenceTarget, GrainReference>> References => _references;

    internal IReadOnlyList<GrainClass> Classes => _classes;

    /// <summary>Called by generated module initialisers; a second description of the same assembly changes nothing.</summary>
    public static void AddAssembly(string name, Action<GrainRegistry> describe)
    {
        lock (Gate)
            Assemblies.TryAdd(name, describe);
    }

    /// <summary>Called by generated code: how to make a reference for <typeparamref name="TInterface"/>.</summary>
    public void AddInterface<TInterface>(Func<ReferenceTarget, GrainReference> reference)
        where TInterface : IAddressable
        => _references.Add(typeof(TInterface), reference);

    /// <summary>Called by generated code: how to make a <typeparamref name="TGrain"/>.</summary>
    public void AddGrain<TGrain>(
        Func<GrainActivator, TGrain> create, Func<object, IInvokable, bool>? mayInterleave, params Type[] interfaces)
        where TGrain : class
        => _classes.Add(new GrainClass(typeof(TGrain), GrainClass.TypeOf(typeof(TGrain)), interfaces, create)
        {
            MayInterleave = mayInterleave,
            HasIncomingFilters = typeof(IIncomingGrainCallFilter).IsAssignableFrom(typeof(TGrain)),
        });

    /// <summary>Everything that loaded assemblies have described, in the order of their names.</summary>
    internal static GrainRegistry Load()
    {
        var registry = new GrainRegistry();
        Action<GrainRegistry>[] assemblies;
        lock (Gate)
            assemblies = [.. Assemblies.Values];
        foreach (var describe in assemblies)
            describe(registry);
        return registry;
    }
}

/// <summary>What a generated reference needs of the engine.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ReferenceTarget
{
    internal ReferenceTarget(Silo silo, GrainId grainId) => (Silo, GrainId) = (silo, grainId);

    internal Silo Silo { get; }

    internal GrainId GrainId { get; }
}
