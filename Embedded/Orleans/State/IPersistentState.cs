using Orleans.Core;

namespace Orleans.Runtime;

/// <summary>A named state of a grain: a constructor parameter with <see cref="PersistentStateAttribute"/>, read before OnActivateAsync.</summary>
public interface IPersistentState<TState> : IStorage<TState>;

/// <summary>Makes a constructor parameter of type <see cref="IPersistentState{TState}"/> a stored state of the grain.</summary>
/// <param name="stateName">The state's name within the grain.</param>
/// <param name="storageName">The storage it is kept in; null for the default one.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute
{
    /// <summary>The state's name within the grain.</summary>
    public string StateName { get; } = stateName;

    /// <summary>The storage it is kept in; null for the default one.</summary>
    public string? StorageName { get; } = storageName;
}
