using System.Diagnostics;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorCsi;

/// <summary>
/// Bytes that nobody may see by accident: printing, formatting, logging and plain serialisation give <c>[redacted]</c>.
/// </summary>
/// <remarks>
/// Who is handed a secret owns it, and erases it when done. Whoever wants the bytes says <see cref="Expose"/>: a word that can be searched for.
/// </remarks>
[GenerateSerializer, Immutable, Alias("ActorCsi.Secret")]
[JsonConverter(typeof(RedactedJsonConverter))]
[DebuggerDisplay("[redacted]")]
public sealed class Secret : IEquatable<Secret>
{
    /// <summary>What stands in place of a secret wherever it is printed.</summary>
    public const string Redacted = "[redacted]";

    [Id(0), DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private byte[]? _bytes;

    /// <summary>Takes over <paramref name="bytes"/>: the caller keeps no reference to them.</summary>
    public Secret(byte[] bytes) => _bytes = bytes;

    /// <summary>A secret that holds the UTF-8 bytes of <paramref name="text"/>.</summary>
    public static Secret FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>How many bytes the secret has.</summary>
    public int Length => Expose().Length;

    /// <summary>The bytes themselves.</summary>
    /// <exception cref="ObjectDisposedException">The secret was erased.</exception>
    public ReadOnlySpan<byte> Expose() => Bytes;

    /// <summary>The bytes themselves, for asynchronous readers.</summary>
    /// <exception cref="ObjectDisposedException">The secret was erased.</exception>
    public ReadOnlyMemory<byte> ExposeMemory() => Bytes;

    /// <summary>The bytes read as UTF-8. A string cannot be erased: use <see cref="Expose"/> where bytes will do.</summary>
    /// <exception cref="ObjectDisposedException">The secret was erased.</exception>
    public string ExposeText() => Encoding.UTF8.GetString(Expose());

    private byte[] Bytes => _bytes ?? throw new ObjectDisposedException(nameof(Secret), "the secret was erased");

    /// <summary>A second secret with the same bytes, to be erased on its own.</summary>
    public Secret Copy() => new(Expose().ToArray());

    /// <summary>Overwrites the bytes with zeros. The secret cannot be used any more.</summary>
    public void Erase()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = null;
    }

    /// <summary>Whether the bytes are the same; takes the same time wherever they differ.</summary>
    public bool Equals(Secret? other) => other is not null && IsSame(Expose(), other.Expose());

    /// <summary>
    /// As <see cref="CryptographicOperations.FixedTimeEquals"/>, many bytes at a time: tokens of some KiB are compared at every republish, and one byte at a
    /// time that was a third of the whole call.
    /// </summary>
    private static bool IsSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length)
            return false;
        var difference = Vector<byte>.Zero;
        var whole = one.Length - (one.Length % Vector<byte>.Count);
        for (var i = 0; i < whole; i += Vector<byte>.Count)
            difference |= new Vector<byte>(one[i..]) ^ new Vector<byte>(other[i..]);
        return CryptographicOperations.FixedTimeEquals(one[whole..], other[whole..]) & difference == Vector<byte>.Zero;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <summary>The length only: a hash of the bytes would say something about them.</summary>
    public override int GetHashCode() => Length;

    /// <summary><c>[redacted]</c></summary>
    public override string ToString() => Redacted;
}

/// <summary>
/// What serialisation of a <see cref="Secret"/> gives unless somebody asks for more by name: nothing but the word that stands for it.
/// </summary>
public sealed class RedactedJsonConverter : JsonConverter<Secret>
{
    /// <inheritdoc/>
    public override Secret? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Skip();
        return null;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue(Secret.Redacted);
}
