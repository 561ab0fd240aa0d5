using System.Buffers;

namespace ActorCsi.Embedded.Http2;

/// <summary>
/// Rewrites what a client sends on one HTTP/2 connection so that every request names the authority "localhost". Header blocks are decoded
/// and encoded again; all other frames pass as they are. What breaks the protocol is not judged here: it is handed to Kestrel in a form
/// that Kestrel must refuse, and from then on everything passes untouched until Kestrel closes the connection.
/// </summary>
internal sealed class AuthorityRewriter(int maxFrameSize, int maxTableSize)
{
    /// <summary>The largest header block, encoded or decoded: twice what Kestrel accepts by default, so that Kestrel is the one to judge.</summary>
    public const int MaxHeaderListSize = 64 * 1024;

    private const int MaxContinuations = 64; // or empty ones could come for ever

    // RFC 9113 section 3.4.
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private static readonly byte[] Localhost = "localhost"u8.ToArray();

    // "Indexed header, index 0": the shortest block that every decoder must refuse (RFC 7541 section 6.1).
    private static readonly byte[] UndecodableBlock = [0x80];

    private readonly HpackDecoder _decoder = new(maxTableSize, MaxHeaderListSize);

    private bool _prefaceSeen;
    private bool _handedOver;
    private long _passing;
    private OpenBlock? _open;

    /// <summary>
    /// Takes as much of the input as can be dealt with, and writes what Kestrel is to read. What is left must be given again, with more.
    /// </summary>
    public void Rewrite(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        while (!input.IsEmpty)
        {
            if (_handedOver)
                Pass(ref input, output, input.Length);
            else if (_passing > 0)
                _passing -= Pass(ref input, output, _passing);
            else if (!(_prefaceSeen ? TryTakeFrame(ref input, output) : TryTakePreface(ref input, output)))
                return;
        }
    }

    /// <summary>Passes half a frame at the end of a connection, for Kestrel to know that it came.</summary>
    public static void PassRest(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output) => Pass(ref input, output, input.Length);

    private bool TryTakePreface(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        if (input.Length < Preface.Length)
            return false;
        _prefaceSeen = true;
        _handedOver = !input.Slice(0, Preface.Length).ToArray().AsSpan().SequenceEqual(Preface);
        Pass(ref input, output, Preface.Length);
        return true;
    }

    private bool TryTakeFrame(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output)
    {
        if (input.Length < FrameHeader.Size)
            return false;
        var header = FrameHeader.Read(input);
        if (!IsExpected(header))
        {
            HandOver(output);
            return true;
        }

        if (header.Type is not (FrameHeader.Headers or FrameHeader.Continuation))
        {
            _passing = FrameHeader.Size + header.Length;
            return true;
        }

        if (input.Length < FrameHeader.Size + header.Length)
            return false;
        var payload = input.Slice(FrameHeader.Size, header.Length).ToArray();
        if (header.Type == FrameHeader.Headers)
        {
            _open = OpenBlock.Of(header, payload);
            if (_open is null) // padding or priority that does not fit
            {
                HandOver(output);
                return true;
            }
        }
        else
        {
            _open!.Continue(payload);
        }

        input = input.Slice(FrameHeader.Size + header.Length);
        if (header.Has(FrameHeader.EndHeaders) || _open.Length > MaxHeaderListSize || _open.Continuations > MaxContinuations)
            CloseBlock(output);
        return true;
    }

    /// <summary>Whether the frame may come now: RFC 9113 sections 4.2, 6.2 and 6.10. A block of headers may not be interrupted.</summary>
    private bool IsExpected(FrameHeader header)
    {
        if (_open is not null)
            return header.Type == FrameHeader.Continuation && header.StreamId == _open.StreamId && header.Length <= maxFrameSize;
        return header.Type != FrameHeader.Continuation && (header.Type != FrameHeader.Headers || header.Length <= maxFrameSize);
    }

    private void CloseBlock(IBufferWriter<byte> output)
    {
        var open = _open!;
        _open = null;
        if (open.Length > MaxHeaderListSize || open.Continuations > MaxContinuations)
        {
            Refuse(open, output);
            return;
        }

        try
        {
            var block = new ArrayBufferWriter<byte>(open.Length + 64);
            foreach (var field in _decoder.Decode(open.Block))
                HpackWriter.Write(block, field.Name.AsSpan().SequenceEqual(":authority"u8) ? field with { Value = Localhost } : field);
            open.Write(output, block.WrittenSpan, maxFrameSize);
        }
        catch (HpackException)
        {
            Refuse(open, output);
        }
    }

    private void Refuse(OpenBlock open, IBufferWriter<byte> output)
    {
        open.Write(output, UndecodableBlock, maxFrameSize);
        _handedOver = true;
    }

    private void HandOver(IBufferWriter<byte> output)
    {
        // Kestrel must know of the headers that were left open, to see that what follows them is wrong.
        _open?.WriteUnfinished(output);
        _open = null;
        _handedOver = true;
    }

    private static long Pass(ref ReadOnlySequence<byte> input, IBufferWriter<byte> output, long count)
    {
        var part = input.Slice(0, Math.Min(count, input.Length));
        foreach (var segment in part)
            output.Write(segment.Span);
        input = input.Slice(part.End);
        return part.Length;
    }
}
