using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>One call of a grain method, as filters and interleaving predicates see it.</summary>
public interface IInvokable
{
    /// <summary>How many arguments it has. A cancellation token counts as one.</summary>
    int GetArgumentCount();

    /// <summary>The argument at <paramref name="index"/>, boxed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    object? GetArgument(int index);

    /// <summary>The method's name.</summary>
    string GetMethodName();

    /// <summary>The full name of the grain interface.</summary>
    string GetInterfaceName();

    /// <summary>The method, as the grain interface declares it.</summary>
    MethodInfo GetMethod();

    /// <summary>The grain interface.</summary>
    Type GetInterfaceType();

    /// <summary>How long the caller waits, where the method says so itself.</summary>
    TimeSpan? GetDefaultResponseTimeout();

    /// <summary>The token that the grain method gets; none if it takes none.</summary>
    CancellationToken GetCancellationToken();
}
