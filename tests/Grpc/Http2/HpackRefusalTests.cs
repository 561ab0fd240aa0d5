using ActorCsi.Embedded.Http2;

namespace ActorCsi.Tests.Rpc.Http2;

/// <summary>What breaks RFC 7541 is refused, and nothing else.</summary>
public class HpackRefusalTests
{
    [Theory]
    [InlineData("index 0", "80")]
    [InlineData("index past both tables", "be")]
    [InlineData("index beyond an int", "ffffffffffff7f")]
    [InlineData("integer of endless bytes", "ff80808080808080808080")]
    [InlineData("integer cut off", "ff80")]
    [InlineData("literal without a name", "40")]
    [InlineData("name without a value", "40016e")]
    [InlineData("name longer than the block", "40056e")]
    [InlineData("value longer than the block", "40016e0561")]
    [InlineData("name of an index past both tables", "7f000161")]
    [InlineData("table larger than announced", "3fe21f")]
    [InlineData("table resized after a header", "8220")]
    [InlineData("Huffman: padding of zeros", "00016181" + "18")] // 'a' is 00011
    [InlineData("Huffman: padding of a whole byte", "00016182" + "1fff")]
    [InlineData("Huffman: end-of-string inside", "00016184" + "ffffffff")]
    public void Decode_Malformed_IsRefused(string fault, string block)
    {
        var decoder = new HpackDecoder(maxTableSize: 4096, maxListSize: 4096);
        Assert.True(Record.Exception(() => decoder.Decode(Convert.FromHexString(block))) is HpackException, fault);
    }

    [Theory]
    [InlineData("table resized to what was announced", "3fe11f82")]
    [InlineData("table resized twice before the first header", "203fe11f82")]
    [InlineData("Huffman: padding of seven ones", "00016184" + "18c631ff")] // five times 'a'
    [InlineData("empty block", "")]
    public void Decode_AtTheEdge_IsAccepted(string edge, string block)
    {
        var decoder = new HpackDecoder(maxTableSize: 4096, maxListSize: 4096);
        Assert.True(Record.Exception(() => decoder.Decode(Convert.FromHexString(block))) is null, edge);
    }

    [Fact]
    public void Decode_ListOverTheBound_IsRefused()
    {
        var block = Convert.FromHexString("82828282"); // four times ":method: GET", 42 bytes each
        Assert.Equal(4, new HpackDecoder(4096, maxListSize: 4 * 42).Decode(block).Count);
        Assert.Throws<HpackException>(() => new HpackDecoder(4096, maxListSize: (4 * 42) - 1).Decode(block));
    }

    [Fact]
    public void Decode_FieldLargerThanTheTable_EmptiesIt()
    {
        var decoder = new HpackDecoder(maxTableSize: 34, maxListSize: 4096);
        decoder.Decode(Convert.FromHexString("40016e0161")); // n: a, 34 bytes, fits exactly
        Assert.Single(decoder.Decode(Convert.FromHexString("be")));
        decoder.Decode(Convert.FromHexString("40016e026161")); // 35 bytes
        Assert.Throws<HpackException>(() => decoder.Decode(Convert.FromHexString("be")));
    }
}
