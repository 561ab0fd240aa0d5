using Orleans.Runtime;

namespace Orleans;

/// <summary>The grain type of a class, where the convention (class name in lower case without "grain") does not fit.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class GrainTypeAttribute : Attribute
{
    /// <summary>The class is of the type called <paramref name="grainType"/>.</summary>
    public GrainTypeAttribute(string grainType) => Name = GrainType.Create(grainType);

    internal GrainType Name { get; }
}
