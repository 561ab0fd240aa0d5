using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorCsi;

/// <summary>
/// An immutable map of strings, sorted by key (ordinal), equal to another when all entries are equal.
/// Small and flat: volume attributes and class parameters have a handful of entries.
/// </summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.StringMap")]
[JsonConverter(typeof(StringMapJsonConverter))]
public sealed class StringMap : IReadOnlyList<KeyValuePair<string, string>>, IEquatable<StringMap>
{
    [Id(0)]
    private readonly KeyValuePair<string, string>[] _entries;

    /// <summary>The map without entries.</summary>
    public static StringMap Empty { get; } = new([]);

    /// <summary>A map of <paramref name="entries"/>.</summary>
    /// <exception cref="ArgumentException">A key stands there twice.</exception>
    public StringMap(IEnumerable<KeyValuePair<string, string>> entries)
    {
        _entries = [.. entries];
        Array.Sort(_entries, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < _entries.Length; i++)
            if (_entries[i].Key == _entries[i - 1].Key)
                throw new ArgumentException($"the key '{_entries[i].Key}' stands there twice", nameof(entries));
    }

    /// <summary>The value under <paramref name="key"/>, or null.</summary>
    public string? this[string key]
    {
        get
        {
            foreach (var entry in _entries)
                if (entry.Key == key)
                    return entry.Value;
            return null;
        }
    }

    /// <inheritdoc/>
    public KeyValuePair<string, string> this[int index] => _entries[index];

    /// <inheritdoc/>
    public int Count => _entries.Length;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(StringMap? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || other.Count != Count)
            return false;
        for (var i = 0; i < _entries.Length; i++) // a KeyValuePair compares itself by reflection
            if (_entries[i].Key != other._entries[i].Key || _entries[i].Value != other._entries[i].Value)
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StringMap);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _entries)
        {
            hash.Add(key);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }
}

/// <summary>Writes a <see cref="StringMap"/> as a JSON object of strings.</summary>
public sealed class StringMapJsonConverter : JsonConverter<StringMap>
{
    /// <inheritdoc/>
    public override StringMap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object of strings");
        var entries = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            entries.Add(new(key, reader.GetString() ?? throw new JsonException("expected a string")));
        }
        return new StringMap(entries);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StringMap value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (key, text) in value)
            writer.WriteString(key, text);
        writer.WriteEndObject();
    }
}
