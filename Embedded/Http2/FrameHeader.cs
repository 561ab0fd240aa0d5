using System.Buffers;
using System.Buffers.Binary;

namespace ActorCsi.Embedded.Http2;

/// <summary>The nine bytes before each frame: RFC 9113 section 4.1.</summary>
internal readonly record struct FrameHeader(int Length, byte Type, byte Flags, int StreamId)
{
    public const int Size = 9;

    public const byte Headers = 0x1;
    public const byte Continuation = 0x9;

    public const byte EndHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte Priority = 0x20;

    public bool Has(byte flag) => (Flags & flag) != 0;

    public static FrameHeader Read(in ReadOnlySequence<byte> input)
    {
        Span<byte> bytes = stackalloc byte[Size];
        input.Slice(0, Size).CopyTo(bytes);
        return new FrameHeader(
            (bytes[0] << 16) | (bytes[1] << 8) | bytes[2], bytes[3], bytes[4], BinaryPrimitives.ReadInt32BigEndian(bytes[5..]) & int.MaxValue);
    }

    public void Write(IBufferWriter<byte> output)
    {
        var bytes = output.GetSpan(Size);
        bytes[0] = (byte)(Length >> 16);
        bytes[1] = (byte)(Length >> 8);
        bytes[2] = (byte)Length;
        bytes[3] = Type;
        bytes[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes[5..], StreamId);
        output.Advance(Size);
    }
}
