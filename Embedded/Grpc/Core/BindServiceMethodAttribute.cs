using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>Says where a generated service base class keeps its static binding method.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = true)]
public class BindServiceMethodAttribute : Attribute
{
    private const DynamicallyAccessedMemberTypes BinderMembers =
        DynamicallyAccessedMemberTypes.PublicMethods
        | DynamicallyAccessedMemberTypes.NonPublicMethods
        | DynamicallyAccessedMemberTypes.PublicProperties;

    /// <summary>Points at <c>static void {bindMethodName}(ServiceBinderBase, TServiceBase)</c> of <paramref name="bindType"/>.</summary>
    /// <param name="bindType">The generated class around the service base.</param>
    /// <param name="bindMethodName">The method's name.</param>
    public BindServiceMethodAttribute([DynamicallyAccessedMembers(BinderMembers)] Type bindType, string bindMethodName)
    {
        BindType = bindType;
        BindMethodName = bindMethodName;
    }

    /// <summary>The generated class around the service base.</summary>
    [DynamicallyAccessedMembers(BinderMembers)]
    public Type BindType { get; }

    /// <summary>The method's name.</summary>
    public string BindMethodName { get; }
}
