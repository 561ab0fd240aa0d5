using System.Buffers;
using System.Text;
using ActorCsi.Embedded.Http2;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Rpc.Http2;

/// <summary>Whatever an encoder may write the decoder reads, and what it may not write the decoder survives.</summary>
public class HpackPropertyTests
{
    private const int TableSize = 256; // small, so that fields are evicted all the time

    private static readonly Gen<HeaderField> Fields =
        from name in Gen.OneOf(
            Gen.Elements(":method", ":path", ":authority", "content-type", "te", "user-agent", "x"),
            Gen.Elements('a', 'z', '0', '-').ListOf().Select(string.Concat).Where(name => name.Length > 0))
        from value in Gen.OneOf(
            Gen.Elements("POST", "/", "localhost", "%2Fvar%2Fx.sock", ""),
            Gen.Choose(0, 255).ListOf().Select(bytes => Encoding.Latin1.GetString([.. bytes.Select(b => (byte)b)])))
        select new HeaderField(Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value));

    private static readonly Gen<(HeaderField Field, Form Form, bool Huffman)> Written =
        from field in Fields
        from form in Gen.Elements(Enum.GetValues<Form>())
        from huffman in Gen.Elements(true, false)
        select (field, form, huffman);

    private static readonly Gen<(int? Resize, (HeaderField Field, Form Form, bool Huffman)[] Fields)> Blocks =
        from resize in Gen.Elements<int?>(null, null, null, 0, 64, TableSize)
        from fields in Written.ArrayOf()
        select (resize, fields);

    [Fact]
    public void Decode_OfEncode_IsWhatWasWritten() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Blocks.ArrayOf().ToArbitrary(), blocks =>
        {
            var encoder = new TestEncoder(TableSize);
            var decoder = new HpackDecoder(TableSize, int.MaxValue);
            return blocks.All(block => Same(
                block.Fields.Select(written => written.Field), decoder.Decode(encoder.Encode(block.Fields, block.Resize))));
        }));

    [Fact]
    public void Decode_OfOurWriter_IsWhatWasWritten() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Fields.ListOf().ToArbitrary(), fields =>
        {
            var block = new ArrayBufferWriter<byte>();
            foreach (var field in fields)
                HpackWriter.Write(block, field);
            return Same(fields, new HpackDecoder(maxTableSize: 0, int.MaxValue).Decode(block.WrittenSpan));
        }));

    [Fact]
    public void Decode_AnyBytes_AreFieldsOrRefused() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll<byte[]>(bytes => Survives(new HpackDecoder(4096, 1 << 16), bytes)));

    [Fact]
    public void Decode_SpoiledBlocks_AreFieldsOrRefused() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(
            (from block in Blocks
             from at in Gen.Choose(0, 200)
             from spoilt in Gen.Choose(0, 255)
             from cut in Gen.Choose(0, 20)
             select (block, at, (byte)spoilt, cut)).ToArbitrary(),
            spoiled =>
            {
                var bytes = new TestEncoder(TableSize).Encode(spoiled.block.Fields, spoiled.block.Resize);
                if (spoiled.at < bytes.Length)
                    bytes[spoiled.at] = spoiled.Item3;
                return Survives(new HpackDecoder(TableSize, 1 << 16), bytes[..^Math.Min(spoiled.cut, bytes.Length)]);
            }));

    private static bool Survives(HpackDecoder decoder, byte[] block)
    {
        try
        {
            decoder.Decode(block);
        }
        catch (HpackException)
        {
        }

        return true;
    }

    private static bool Same(IEnumerable<HeaderField> expected, IEnumerable<HeaderField> actual)
        => expected.Select(Text).SequenceEqual(actual.Select(Text));

    private static string Text(HeaderField field) => $"{Encoding.Latin1.GetString(field.Name)}: {Encoding.Latin1.GetString(field.Value)}";
}
