using System.Buffers;
using ActorCsi.Embedded.Http2;

namespace ActorCsi.Tests.Rpc.Http2;

/// <summary>How a field is written.</summary>
internal enum Form
{
    Literal,
    NeverIndexed,
    Remembered,
    Indexed,
}

/// <summary>An HPACK encoder that uses all of RFC 7541: both tables, Huffman, resizing. The counterpart of the decoder in tests.</summary>
internal sealed class TestEncoder(int tableSize)
{
    private readonly DynamicTable _table = new(tableSize);

    public byte[] Encode(IEnumerable<(HeaderField Field, Form Form, bool Huffman)> fields, int? resize = null)
    {
        var block = new ArrayBufferWriter<byte>();
        if (resize is { } size)
        {
            WriteInteger(block, 0b0010_0000, 5, size);
            _table.Resize(size);
        }

        foreach (var (field, form, huffman) in fields)
            Write(block, field, form, huffman);
        return block.WrittenSpan.ToArray();
    }

    private void Write(ArrayBufferWriter<byte> block, HeaderField field, Form form, bool huffman)
    {
        if (form == Form.Indexed && Find(f => Same(f.Name, field.Name) && Same(f.Value, field.Value)) is var index and > 0)
        {
            WriteInteger(block, 0b1000_0000, 7, index);
            return;
        }

        var (pattern, bits) = form switch
        {
            Form.NeverIndexed => (0b0001_0000, 4),
            Form.Remembered or Form.Indexed => (0b0100_0000, 6),
            _ => (0, 4),
        };
        var nameIndex = Find(f => Same(f.Name, field.Name));
        WriteInteger(block, (byte)pattern, bits, nameIndex);
        if (nameIndex == 0)
            WriteString(block, field.Name, huffman);
        WriteString(block, field.Value, huffman);
        if (bits == 6)
            _table.Add(field);
    }

    private int Find(Func<HeaderField, bool> matches)
    {
        for (var i = 1; i <= StaticTable.Count; i++)
        {
            if (matches(StaticTable.Get(i)))
                return i;
        }

        for (var i = 1; i <= _table.Count; i++)
        {
            if (matches(_table.Get(i)))
                return StaticTable.Count + i;
        }

        return 0;
    }

    private static bool Same(byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right);

    private static void WriteString(ArrayBufferWriter<byte> block, byte[] bytes, bool huffman)
    {
        var encoded = huffman ? HuffmanEncode(bytes) : bytes;
        WriteInteger(block, huffman ? (byte)0x80 : (byte)0, 7, encoded.Length);
        block.Write(encoded);
    }

    private static void WriteInteger(ArrayBufferWriter<byte> block, byte pattern, int prefixBits, int value)
    {
        var mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            block.Write([(byte)(pattern | value)]);
            return;
        }

        block.Write([(byte)(pattern | mask)]);
        for (value -= mask; value >= 0x80; value >>= 7)
            block.Write([(byte)(value | 0x80)]);
        block.Write([(byte)value]);
    }

    // Bit by bit, so that it shares nothing with the decoder but the lengths.
    private static byte[] HuffmanEncode(byte[] bytes)
    {
        var bits = string.Concat(bytes.Select(b => Codes[b]));
        bits += new string('1', (8 - (bits.Length % 8)) % 8);
        return [.. bits.Chunk(8).Select(chunk => Convert.ToByte(new string(chunk), 2))];
    }

    private static readonly string[] Codes = CanonicalCodes();

    private static string[] CanonicalCodes()
    {
        var lengths = Huffman.CodeLengths.ToArray();
        var codes = new string[lengths.Length];
        uint code = 0;
        var length = 0;
        foreach (var symbol in Enumerable.Range(0, lengths.Length).OrderBy(s => lengths[s]).ThenBy(s => s))
        {
            code <<= lengths[symbol] - length;
            length = lengths[symbol];
            codes[symbol] = Convert.ToString(code, 2).PadLeft(length, '0');
            code++;
        }

        return codes;
    }
}
