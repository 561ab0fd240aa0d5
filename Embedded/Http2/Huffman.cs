using System.Buffers;

namespace ActorCsi.Embedded.Http2;

/// <summary>
/// Decodes the string code of RFC 7541 appendix B. The code is canonical: shorter codes come first and codes of one length count up with
/// the symbol, so that the lengths alone give it.
/// </summary>
internal static class Huffman
{
    private const int EndOfString = 256;
    private const int ShortestCode = 5;
    private const int LongestCode = 30;
    private const int LongestPadding = 7;

    private static readonly int[] SymbolsByCode = [.. Enumerable.Range(0, EndOfString + 1).OrderBy(s => CodeLengths[s]).ThenBy(s => s)];
    private static readonly CodeRange[] Ranges = RangesByLength();

    /// <summary>Bits of the code of each byte, and of end-of-string.</summary>
    public static ReadOnlySpan<byte> CodeLengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <exception cref="HpackException">The bits are no string: RFC 7541 section 5.2.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> encoded)
    {
        var decoded = new ArrayBufferWriter<byte>(Math.Max(1, encoded.Length * 8 / ShortestCode));
        ulong bits = 0;
        var count = 0;
        while (true)
        {
            while (count < LongestCode && !encoded.IsEmpty)
            {
                bits = (bits << 8) | encoded[0];
                count += 8;
                encoded = encoded[1..];
            }

            if (!TryTakeSymbol(ref bits, ref count, out var symbol))
                break;
            if (symbol == EndOfString)
                throw new HpackException("A Huffman string contains the end-of-string symbol.");
            decoded.GetSpan(1)[0] = (byte)symbol;
            decoded.Advance(1);
        }

        if (count > LongestPadding || bits != (1UL << count) - 1)
            throw new HpackException("A Huffman string is not padded with the first bits of end-of-string.");
        return decoded.WrittenSpan.ToArray();
    }

    private static bool TryTakeSymbol(ref ulong bits, ref int count, out int symbol)
    {
        for (var length = ShortestCode; length <= Math.Min(count, LongestCode); length++)
        {
            var code = (uint)(bits >> (count - length));
            var range = Ranges[length];
            if (code - range.FirstCode >= range.Codes)
                continue;
            symbol = SymbolsByCode[range.FirstSymbol + code - range.FirstCode];
            count -= length;
            bits &= (1UL << count) - 1;
            return true;
        }

        symbol = 0;
        return false;
    }

    private static CodeRange[] RangesByLength()
    {
        var ranges = new CodeRange[LongestCode + 1];
        uint code = 0;
        uint symbol = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            code <<= 1;
            var codes = (uint)CodeLengths.Count((byte)length);
            ranges[length] = new CodeRange(code, codes, symbol);
            code += codes;
            symbol += codes;
        }

        return ranges;
    }

    /// <summary>The codes of one length: consecutive, from the first one on.</summary>
    private readonly record struct CodeRange(uint FirstCode, uint Codes, uint FirstSymbol);
}
