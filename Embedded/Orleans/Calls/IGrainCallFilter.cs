using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans;

/// <summary>Stands before grain methods, on the side of the grain: as a service for all grains, or implemented by a grain class for its own calls.</summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Runs within the grain's turn. Awaiting <see cref="IGrainCallContext.Invoke"/> goes on to the next filter and at last to the method.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>Stands before calls, on the side of the caller.</summary>
public interface IOutgoingGrainCallFilter
{
    /// <summary>Runs where the caller runs. Awaiting <see cref="IGrainCallContext.Invoke"/> goes on to the next filter and at last to the grain.</summary>
    Task Invoke(IOutgoingGrainCallContext context);
}

/// <summary>A filter written as a function.</summary>
public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

/// <summary>A filter written as a function.</summary>
public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);

/// <summary>A call, as a filter sees it.</summary>
public interface IGrainCallContext
{
    /// <summary>The method and its arguments.</summary>
    IInvokable Request { get; }

    /// <summary>The grain object on its own side, a reference to it on the caller's.</summary>
    object Grain { get; }

    /// <summary>The grain that calls; null when the call comes from outside.</summary>
    GrainId? SourceId { get; }

    /// <summary>The grain that is called.</summary>
    GrainId TargetId { get; }

    /// <summary>The grain interface by name.</summary>
    GrainInterfaceType InterfaceType { get; }

    /// <summary>The full name of the grain interface.</summary>
    string InterfaceName { get; }

    /// <summary>The name of the method.</summary>
    string MethodName { get; }

    /// <summary>The method, as the interface declares it.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The result, boxed; may be replaced.</summary>
    object? Result { get; set; }

    /// <summary>How the call ended; null before <see cref="Invoke"/>.</summary>
    Response? Response { get; set; }

    /// <summary>Goes on to the next filter, and at last to the method. Throws what the method throws.</summary>
    Task Invoke();
}

/// <summary>A call, as a filter sees it on the side of the grain.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that is called.</summary>
    IGrainContext TargetContext { get; }
}

/// <summary>A call, as a filter sees it on the side of the caller.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that calls; null when the call comes from outside.</summary>
    IGrainContext? SourceContext { get; }
}
