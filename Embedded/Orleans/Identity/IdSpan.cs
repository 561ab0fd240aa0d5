using System.Text;

namespace Orleans.Runtime;

/// <summary>An identifier without structure: the text of a grain type, or of a grain's key.</summary>
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>
{
    private readonly string? _text;

    private IdSpan(string text) => _text = text;

    /// <summary>Whether this is the default value, which identifies nothing.</summary>
    public bool IsDefault => string.IsNullOrEmpty(_text);

    /// <summary>An identifier that reads <paramref name="id"/>.</summary>
    public static IdSpan Create(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new IdSpan(id);
    }

    /// <summary>A hash that is the same in every process and on every machine, unlike <see cref="GetHashCode"/>.</summary>
    public uint GetUniformHashCode()
    {
        // FNV-1a, 32 bits.
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(ToString()))
            hash = (hash ^ value) * 16777619u;
        return hash;
    }

    /// <inheritdoc/>
    public bool Equals(IdSpan obj) => string.Equals(ToString(), obj.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Orders by character code, so that an order never depends on the machine's culture.</summary>
    public int CompareTo(IdSpan other) => string.CompareOrdinal(ToString(), other.ToString());

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";

    /// <summary>Whether both read alike.</summary>
    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    /// <summary>Whether the two read differently.</summary>
    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}
