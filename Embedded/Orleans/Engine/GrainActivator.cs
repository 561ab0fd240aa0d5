using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>What a generated factory takes the constructor arguments of a grain from.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GrainActivator
{
    private readonly Activation _activation;

    internal GrainActivator(Activation activation) => _activation = activation;

    /// <summary>The context of the activation.</summary>
    public IGrainContext Context => _activation;

    /// <summary>A service that must be there.</summary>
    public T Service<T>()
        where T : notnull
        => _activation.ActivationServices.GetRequiredService<T>();

    /// <summary>A service registered under <paramref name="key"/> that must be there.</summary>
    public T Service<T>(object key)
        where T : notnull
        => _activation.ActivationServices.GetRequiredKeyedService<T>(key);

    /// <summary>A service that may be missing.</summary>
    public T? OptionalService<T>() => _activation.ActivationServices.GetService<T>();

    /// <summary>A state that is read before the grain's OnActivateAsync.</summary>
    public IPersistentState<TState> State<TState>(string stateName, string? storageName, Func<TState> initial) =>
        _activation.AddState(new PersistentState<TState>(_activation, stateName, storageName, initial));
}
