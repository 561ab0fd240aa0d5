namespace ActorCsi.Grains.Classes;

/// <summary>Where SecretProviderClasses come from: a directory of YAML files or the API server.</summary>
public interface IClassSource
{
    /// <summary>
    /// The class of that name, or null when there is none. Answers from memory. The same instance is given as long as the class has
    /// not changed, so that a change can be seen by comparing references.
    /// </summary>
    SecretProviderClass? Find(string @namespace, string name);
}
