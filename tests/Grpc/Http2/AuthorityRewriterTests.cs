using System.Buffers;
using System.Text;
using ActorCsi.Embedded.Http2;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Rpc.Http2;

/// <summary>Only header blocks change, and in them only :authority; how the bytes arrive makes no difference.</summary>
public class AuthorityRewriterTests
{
    private const int MaxFrameSize = 16_384;

    private static readonly byte[] Opening = [.. Frames.Preface, .. Frames.Settings()];

    [Fact]
    public void Rewrite_Request_ChangesTheAuthorityAlone()
    {
        var output = Rewrite([.. Opening, .. Frames.Headers(Frames.CallBlock("/a/b", (":authority", "%2Fx"), ("k", "v")))]);

        Assert.Equal(Frames.CallBlock("/a/b", (":authority", "localhost"), ("k", "v")), Assert.Single(BlocksOf(output)).Block);
    }

    [Fact]
    public void Rewrite_OtherFrames_PassAsTheyAre()
    {
        byte[] input =
        [
            .. Opening, .. Frames.Of(Frames.PingType, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]), .. Frames.Data(new byte[1000], streamId: 7),
            .. Frames.Of(Frames.ResetType, 0, 7, [0, 0, 0, 8]), .. Frames.Of(0xee, 0xff, 9, "an extension"u8), .. Frames.Of(Frames.GoAwayType, 0, 0, new byte[8]),
        ];

        Assert.Equal(input, Rewrite(input));
    }

    [Theory]
    [InlineData(FrameHeader.Padded)]
    [InlineData(FrameHeader.Priority)]
    [InlineData(FrameHeader.Padded | FrameHeader.Priority)]
    [InlineData(FrameHeader.Padded | FrameHeader.Priority | Frames.EndStream)]
    public void Rewrite_PaddedOrPrioritised_KeepsPriorityAndEndOfStream(int flags)
    {
        var (padded, prioritised) = ((flags & FrameHeader.Padded) != 0, (flags & FrameHeader.Priority) != 0);
        byte[] priority = prioritised ? [0x80, 0, 0, 3, 200] : [];
        byte[] payload = [.. padded ? new byte[] { 2 } : [], .. priority, .. Frames.CallBlock("/a/b", (":authority", "%2Fx")), .. padded ? new byte[2] : []];

        var output = Rewrite([.. Opening, .. Frames.Headers(payload, flags | FrameHeader.EndHeaders)]);

        var frame = Assert.Single(FramesOf(output), f => f.Header.Type == FrameHeader.Headers);
        Assert.Equal((flags & ~FrameHeader.Padded) | FrameHeader.EndHeaders, frame.Header.Flags);
        Assert.Equal([.. priority, .. Frames.CallBlock("/a/b")], frame.Payload);
    }

    [Fact]
    public void Rewrite_BlockInContinuations_IsOneBlock()
    {
        var block = Frames.CallBlock("/a/b", (":authority", "%2Fx"));

        var output = Rewrite([
            .. Opening, .. Frames.Headers(block.AsSpan(0, 10), flags: Frames.EndStream), .. Frames.Of(FrameHeader.Continuation, 0, 1, []),
            .. Frames.Of(FrameHeader.Continuation, 0, 1, block.AsSpan(10, 30)), .. Frames.Of(FrameHeader.Continuation, FrameHeader.EndHeaders, 1, block.AsSpan(40))]);

        var frame = Assert.Single(FramesOf(output), f => f.Header.Type != Frames.SettingsType);
        Assert.Equal(Frames.EndStream | FrameHeader.EndHeaders, frame.Header.Flags);
        Assert.Equal(Frames.CallBlock("/a/b"), frame.Payload);
    }

    [Fact]
    public void Rewrite_BlockThatGrowsOverAFrame_IsSplit()
    {
        // 240 times an indexed header of about 100 bytes: small for the client, 24 kB as literals.
        var large = new HeaderField("x"u8.ToArray(), Encoding.ASCII.GetBytes(new string('v', 100)));
        var block = new TestEncoder(4096).Encode(Enumerable.Repeat((large, Form.Indexed, true), 240));

        var output = Rewrite([.. Opening, .. Frames.Headers(block)]);

        var frames = FramesOf(output).Where(f => f.Header.Type != Frames.SettingsType).ToList();
        Assert.Equal([(FrameHeader.Headers, 0), (FrameHeader.Continuation, (int)FrameHeader.EndHeaders)], frames.Select(f => (f.Header.Type, (int)f.Header.Flags)));
        Assert.All(frames, f => Assert.InRange(f.Header.Length, 1, MaxFrameSize));
        Assert.Equal(240, new HpackDecoder(0, 1 << 20).Decode(Assert.Single(BlocksOf(output)).Block).Count);
    }

    [Fact]
    public void Rewrite_TableOfTheConnection_LivesFromBlockToBlock()
    {
        var encoder = new TestEncoder(4096);
        var authority = new HeaderField(":authority"u8.ToArray(), "%2Fx"u8.ToArray());
        byte[] input = [.. Opening];
        for (var stream = 1; stream < 9; stream += 2)
            input = [.. input, .. Frames.Headers(encoder.Encode([(authority, Form.Indexed, true)]), streamId: stream)];

        var blocks = BlocksOf(Rewrite(input));

        Assert.Equal(4, blocks.Count);
        Assert.All(blocks, block => Assert.Equal("localhost"u8, Assert.Single(new HpackDecoder(0, 4096).Decode(block.Block)).Value));
    }

    [Fact]
    public void Rewrite_EndlessContinuations_AreRefusedAtABound()
    {
        byte[] endless = [.. Opening, .. Frames.Headers([], flags: 0), .. Enumerable.Repeat(Frames.Of(FrameHeader.Continuation, 0, 1, []), 100).SelectMany(f => f)];

        Assert.Equal([0x80], FramesOf(Rewrite(endless)).First(f => f.Header.Type == FrameHeader.Headers).Payload);
    }

    [Fact]
    public void Rewrite_EndlessBlock_IsRefusedAtABound()
    {
        var piece = Frames.Of(FrameHeader.Continuation, 0, 1, new byte[MaxFrameSize]);
        byte[] endless = [.. Opening, .. Frames.Headers([], flags: 0), .. Enumerable.Repeat(piece, 6).SelectMany(f => f)];

        Assert.Equal([0x80], FramesOf(Rewrite(endless)).First(f => f.Header.Type == FrameHeader.Headers).Payload);
    }

    [Fact]
    public void Rewrite_BombOfIndexes_IsRefusedAtABound()
    {
        var large = new HeaderField("x"u8.ToArray(), new byte[2000]);
        var block = new TestEncoder(4096).Encode(Enumerable.Repeat((large, Form.Indexed, false), 100)); // 2 kB that mean 200 kB

        Assert.Equal([0x80], Assert.Single(BlocksOf(Rewrite([.. Opening, .. Frames.Headers(block)]))).Block);
    }

    [Fact]
    public void Rewrite_InAnyPieces_GivesTheSame()
    {
        byte[] input =
        [
            .. Opening, .. Frames.Headers(Frames.CallBlock("/a/b", (":authority", "%2Fx"))), .. Frames.Data(new byte[50]),
            .. Frames.Headers(Frames.CallBlock("/c/d").AsSpan(0, 20), flags: 0, streamId: 3),
            .. Frames.Of(FrameHeader.Continuation, FrameHeader.EndHeaders, 3, Frames.CallBlock("/c/d").AsSpan(20)), .. Frames.Headers([0x80], streamId: 5), 1, 2, 3,
        ];
        var whole = Rewrite(input);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
            Gen.Choose(1, 40).NonEmptyListOf().ToArbitrary(), sizes => Rewrite(input, [.. sizes]).SequenceEqual(whole)));
    }

    [Fact]
    public void Rewrite_AnyBytes_DoesNotThrow() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll<byte[], byte, byte>((bytes, type, flags) =>
            Rewrite([.. Opening, .. Frames.Of((byte)(type % 11), flags, 1, bytes), .. Frames.Headers(bytes, flags), .. bytes]) is not null));

    private static byte[] Rewrite(byte[] input, params int[] pieces)
    {
        var rewriter = new AuthorityRewriter(MaxFrameSize, maxTableSize: 4096);
        var output = new ArrayBufferWriter<byte>();
        var (taken, given) = (0, 0);
        for (var i = 0; given < input.Length; i++)
        {
            given = pieces.Length == 0 ? input.Length : Math.Min(input.Length, given + pieces[i % pieces.Length]);
            var rest = new ReadOnlySequence<byte>(input, taken, given - taken);
            rewriter.Rewrite(ref rest, output);
            taken = given - (int)rest.Length;
        }

        return output.WrittenSpan.ToArray();
    }

    private static List<(FrameHeader Header, byte[] Payload)> FramesOf(byte[] output)
    {
        var frames = new List<(FrameHeader, byte[])>();
        var rest = new ReadOnlySequence<byte>(output).Slice(Frames.Preface.Length);
        while (rest.Length >= FrameHeader.Size)
        {
            var header = FrameHeader.Read(rest);
            var length = Math.Min(header.Length, rest.Length - FrameHeader.Size);
            frames.Add((header, rest.Slice(FrameHeader.Size, length).ToArray()));
            rest = rest.Slice(FrameHeader.Size + length);
        }

        return frames;
    }

    /// <summary>The header blocks, each put together from its frames.</summary>
    private static List<(int StreamId, byte[] Block)> BlocksOf(byte[] output)
    {
        var blocks = new List<(int, byte[])>();
        foreach (var (header, payload) in FramesOf(output))
        {
            if (header.Type == FrameHeader.Headers)
                blocks.Add((header.StreamId, payload));
            else if (header.Type == FrameHeader.Continuation && blocks.Count > 0)
                blocks[^1] = (header.StreamId, [.. blocks[^1].Item2, .. payload]);
        }

        return blocks;
    }
}
