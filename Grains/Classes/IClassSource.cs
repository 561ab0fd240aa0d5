namespace ActorCsi.Grains.Classes;

/// <summary>Where SecretProviderClasses come from: a directory of YAML files or the API server.</summary>
public interface IClassSource
{
    /// <summary>
    /// The class of that name, or null when there is none. A class that is not known yet may have to be asked for.
    /// </summary>
    /// <exception cref="VolumeException">
    /// <see cref="VolumeError.ClusterUnavailable"/>: the class is not known here, and whether there is one cannot be learned now.
    /// </exception>
    ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken);

    /// <summary>
    /// The class as memory has it; null when it is not known here, whether or not there is one. The same instance is given as long as the class
    /// has not changed, so that a change can be seen by comparing references. Costs nothing: it is asked at every republish.
    /// </summary>
    SecretProviderClass? Peek(string @namespace, string name);

    /// <summary>Why the class may not be as <see cref="Peek"/> has it, in words for operators; null when it is.</summary>
    string? Doubt(string @namespace, string name) => null;

    /// <summary>A class is another than before, or is known now. Raised on any thread; take note and return.</summary>
    event Action<ClassName>? Changed;
}
