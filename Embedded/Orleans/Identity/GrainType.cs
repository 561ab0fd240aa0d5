namespace Orleans.Runtime;

/// <summary>
/// What kind of grain an id names. By convention the class name in lower case without a trailing "grain": <c>VolumeGrain</c> is <c>volume</c>;
/// <see cref="GrainTypeAttribute"/> says otherwise.
/// </summary>
public readonly struct GrainType : IEquatable<GrainType>, IComparable<GrainType>
{
    /// <summary>The type named by <paramref name="id"/>.</summary>
    public GrainType(IdSpan id) => Value = id;

    /// <summary>The name itself.</summary>
    public IdSpan Value { get; }

    /// <summary>Whether this is the default value, which names no type.</summary>
    public bool IsDefault => Value.IsDefault;

    /// <summary>The type called <paramref name="value"/>.</summary>
    public static GrainType Create(string value) => new(IdSpan.Create(value));

    /// <summary>A hash that is the same in every process.</summary>
    public uint GetUniformHashCode() => Value.GetUniformHashCode();

    /// <inheritdoc/>
    public bool Equals(GrainType obj) => Value.Equals(obj.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GrainType other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Orders by name.</summary>
    public int CompareTo(GrainType other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();

    /// <summary>Whether both name the same type.</summary>
    public static bool operator ==(GrainType left, GrainType right) => left.Equals(right);

    /// <summary>Whether they name different types.</summary>
    public static bool operator !=(GrainType left, GrainType right) => !left.Equals(right);
}
