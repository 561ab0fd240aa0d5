using System.Buffers;

namespace ActorCsi.Embedded.Http2;

/// <summary>A header block from its HEADERS frame to the end of its last CONTINUATION: RFC 9113 sections 6.2 and 6.10.</summary>
internal sealed class OpenBlock
{
    private const int PriorityLength = 5;

    private readonly FrameHeader _header;
    private readonly byte[] _priority;
    private readonly ArrayBufferWriter<byte> _block = new();

    private OpenBlock(FrameHeader header, ReadOnlySpan<byte> priority, ReadOnlySpan<byte> fragment)
    {
        _header = header;
        _priority = priority.ToArray();
        _block.Write(fragment);
    }

    public int StreamId => _header.StreamId;

    public int Length => _block.WrittenCount;

    public int Continuations { get; private set; }

    public ReadOnlySpan<byte> Block => _block.WrittenSpan;

    /// <summary>Opens a block; null if padding and priority do not fit into the frame.</summary>
    public static OpenBlock? Of(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var padding = 0;
        if (header.Has(FrameHeader.Padded))
        {
            if (payload.IsEmpty)
                return null;
            padding = payload[0];
            payload = payload[1..];
        }

        var priorityLength = header.Has(FrameHeader.Priority) ? PriorityLength : 0;
        return padding + priorityLength > payload.Length
            ? null
            : new OpenBlock(header, payload[..priorityLength], payload[priorityLength..^padding]);
    }

    public void Continue(ReadOnlySpan<byte> fragment)
    {
        _block.Write(fragment);
        Continuations++;
    }

    /// <summary>Writes another block in this one's place: same stream, same priority, no padding, in as many frames as it needs.</summary>
    public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> block, int maxFrameSize)
    {
        var first = block[..Math.Min(block.Length, maxFrameSize - _priority.Length)];
        var rest = block[first.Length..];
        WriteHeaders(output, first, rest.IsEmpty ? FrameHeader.EndHeaders : (byte)0);
        while (!rest.IsEmpty)
        {
            var next = rest[..Math.Min(rest.Length, maxFrameSize)];
            rest = rest[next.Length..];
            new FrameHeader(next.Length, FrameHeader.Continuation, rest.IsEmpty ? FrameHeader.EndHeaders : (byte)0, StreamId).Write(output);
            output.Write(next);
        }
    }

    /// <summary>Writes a HEADERS frame that a CONTINUATION would have to follow.</summary>
    public void WriteUnfinished(IBufferWriter<byte> output) => WriteHeaders(output, [], endHeaders: 0);

    private void WriteHeaders(IBufferWriter<byte> output, ReadOnlySpan<byte> fragment, byte endHeaders)
    {
        var flags = (byte)((_header.Flags & ~(FrameHeader.Padded | FrameHeader.EndHeaders)) | endHeaders);
        new FrameHeader(_priority.Length + fragment.Length, FrameHeader.Headers, flags, StreamId).Write(output);
        output.Write(_priority);
        output.Write(fragment);
    }
}
