using System.Buffers;

namespace ActorCsi.Embedded.Http2;

/// <summary>Writes every header as a literal without indexing (RFC 7541 section 6.2.2): needs no table on either side.</summary>
internal static class HpackWriter
{
    private const byte LiteralWithoutIndexingNewName = 0;

    public static void Write(IBufferWriter<byte> block, HeaderField field)
    {
        block.Write([LiteralWithoutIndexingNewName]);
        WriteString(block, field.Name);
        WriteString(block, field.Value);
    }

    private static void WriteString(IBufferWriter<byte> block, ReadOnlySpan<byte> bytes)
    {
        WriteInteger(block, bytes.Length, prefixBits: 7);
        block.Write(bytes);
    }

    private static void WriteInteger(IBufferWriter<byte> block, int value, int prefixBits)
    {
        var mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            block.Write([(byte)value]);
            return;
        }

        block.Write([(byte)mask]);
        var rest = value - mask;
        for (; rest >= 0x80; rest >>= 7)
            block.Write([(byte)(rest | 0x80)]);
        block.Write([(byte)rest]);
    }
}
