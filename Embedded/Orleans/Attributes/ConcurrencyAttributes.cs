using Orleans.Serialization.Invocation;

namespace Orleans.Concurrency;

/// <summary>The grain's calls may interleave: another call may start whenever one awaits. Only one thread runs grain code at any time, still.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReentrantAttribute : Attribute;

/// <summary>
/// Names a static method <c>bool Name(IInvokable call)</c> of the grain class, asked for each call that would have to wait: may this one interleave?
/// </summary>
/// <param name="callbackMethodName">The method's name, best given by <c>nameof</c>; its parameter is an <see cref="IInvokable"/>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MayInterleaveAttribute(string callbackMethodName) : Attribute
{
    internal string CallbackMethodName { get; } = callbackMethodName;
}

/// <summary>This method may start while any other call of the grain awaits, and any other may start while it awaits.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlwaysInterleaveAttribute : Attribute;

/// <summary>This method changes nothing: calls of read-only methods may interleave with one another, never with others.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadOnlyAttribute : Attribute;

/// <summary>The caller does not wait for this method and never learns how it ended. An error is logged.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneWayAttribute : Attribute;
