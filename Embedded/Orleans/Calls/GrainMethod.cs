using System.ComponentModel;
using System.Reflection;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>How calls of a method stand to other calls of the same grain.</summary>
[Flags]
[EditorBrowsable(EditorBrowsableState.Never)]
public enum GrainCallOptions
{
    /// <summary>Alone.</summary>
    None = 0,

    /// <summary>Beside any other call.</summary>
    AlwaysInterleave = 1,

    /// <summary>Beside other read-only calls.</summary>
    ReadOnly = 2,

    /// <summary>Nobody waits for the end.</summary>
    OneWay = 4,
}

/// <summary>What the generated code knows about one method of a grain interface.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GrainMethod
{
    private readonly Func<MethodInfo> _method;

    /// <summary>Called by generated code.</summary>
    public GrainMethod(
        Type interfaceType, string interfaceName, string name, GrainCallOptions options, TimeSpan? responseTimeout, Func<MethodInfo> method)
    {
        InterfaceType = interfaceType;
        InterfaceName = interfaceName;
        Name = name;
        Options = options;
        ResponseTimeout = responseTimeout;
        _method = method;
    }

    internal Type InterfaceType { get; }

    internal string InterfaceName { get; }

    internal string Name { get; }

    internal GrainCallOptions Options { get; }

    internal TimeSpan? ResponseTimeout { get; }

    // Looked up only when a filter asks: reflection is slow and calls are many.
    internal MethodInfo Method => field ??= _method();

    internal GrainInterfaceType InterfaceId => GrainInterfaceType.Create(InterfaceName);

    /// <inheritdoc/>
    public override string ToString() => $"{InterfaceName}.{Name}";
}
