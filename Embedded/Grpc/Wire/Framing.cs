using System.Buffers.Binary;

namespace ActorCsi.Embedded.Rpc;

/// <summary>
/// The five bytes before each message: a flag (1 = compressed) and the length, big endian.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message.
/// </summary>
internal static class Framing
{
    public const int PrefixLength = 5;

    public static void WritePrefix(Span<byte> prefix, int payloadLength)
    {
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], payloadLength);
    }

    public static MessagePrefix ReadPrefix(ReadOnlySpan<byte> prefix) => new(prefix[0], BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]));
}

/// <summary>A message's flag and length, not yet believed.</summary>
internal readonly record struct MessagePrefix(byte Flag, uint Length)
{
    public const byte Plain = 0;
    public const byte Compressed = 1;
}
