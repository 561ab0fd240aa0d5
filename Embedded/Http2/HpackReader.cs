namespace ActorCsi.Embedded.Http2;

/// <summary>Takes integers and strings off a header block: RFC 7541 section 5.</summary>
internal ref struct HpackReader(ReadOnlySpan<byte> block)
{
    private const int MostContinuationBits = 28; // an int, and far more than any header needs

    private ReadOnlySpan<byte> _rest = block;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly byte Peek() => _rest[0];

    public int ReadInteger(int prefixBits)
    {
        var mask = (1 << prefixBits) - 1;
        var value = ReadByte() & mask;
        if (value < mask)
            return value;

        for (var shift = 0; shift <= MostContinuationBits; shift += 7)
        {
            var b = ReadByte();
            var sum = value + ((long)(b & 0x7f) << shift);
            if (sum > int.MaxValue)
                break;
            value = (int)sum;
            if ((b & 0x80) == 0)
                return value;
        }

        throw new HpackException("An integer is too large.");
    }

    public byte[] ReadString()
    {
        var huffman = !AtEnd && (Peek() & 0x80) != 0;
        var length = ReadInteger(prefixBits: 7);
        if (length > _rest.Length)
            throw new HpackException("A string is longer than its block.");
        var bytes = _rest[..length];
        _rest = _rest[length..];
        return huffman ? Huffman.Decode(bytes) : bytes.ToArray();
    }

    private byte ReadByte()
    {
        if (_rest.IsEmpty)
            throw new HpackException("The block ends in the middle of a header.");
        var b = _rest[0];
        _rest = _rest[1..];
        return b;
    }
}
