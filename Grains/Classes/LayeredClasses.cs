namespace ActorCsi.Grains.Classes;

/// <summary>
/// Two sources as one: what the first knows counts, and only what it does not know is asked of the second. A class in a directory of the node so takes the place of the
/// cluster's class of that name.
/// </summary>
public sealed class LayeredClasses : IClassSource
{
    private readonly IClassSource _first;
    private readonly IClassSource _second;

    /// <summary><paramref name="first"/> must know all its classes at once: it is asked from memory only.</summary>
    public LayeredClasses(IClassSource first, IClassSource second) => (_first, _second) = (first, second);

    /// <inheritdoc/>
    public event Action<ClassName>? Changed
    {
        add
        {
            _first.Changed += value;
            _second.Changed += value;
        }
        remove
        {
            _first.Changed -= value;
            _second.Changed -= value;
        }
    }

    /// <inheritdoc/>
    public ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken)
        => _first.Peek(@namespace, name) is { } found ? new(found) : _second.Find(@namespace, name, cancellationToken);

    /// <inheritdoc/>
    public SecretProviderClass? Peek(string @namespace, string name) => _first.Peek(@namespace, name) ?? _second.Peek(@namespace, name);

    /// <inheritdoc/>
    public string? Doubt(string @namespace, string name) => _first.Peek(@namespace, name) is null ? _second.Doubt(@namespace, name) : null;
}
