using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using ActorCsi.Embedded.Http2;

namespace ActorCsi.Tests.Rpc;

/// <summary>Bytes of HTTP/2 frames and gRPC messages, right or wrong as the test wants them.</summary>
internal static class Frames
{
    public const byte DataType = 0x0;
    public const byte ResetType = 0x3;
    public const byte SettingsType = 0x4;
    public const byte PingType = 0x6;
    public const byte GoAwayType = 0x7;

    public const byte EndStream = 0x1;
    public const byte Ack = 0x1;

    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static byte[] Settings() => Of(SettingsType, 0, 0, []);

    public static byte[] Of(byte type, int flags, int streamId, ReadOnlySpan<byte> payload)
    {
        var frame = new ArrayBufferWriter<byte>();
        new FrameHeader(payload.Length, type, (byte)flags, streamId).Write(frame);
        frame.Write(payload);
        return frame.WrittenSpan.ToArray();
    }

    public static byte[] Headers(ReadOnlySpan<byte> block, int flags = FrameHeader.EndHeaders, int streamId = 1)
        => Of(FrameHeader.Headers, flags, streamId, block);

    public static byte[] Data(ReadOnlySpan<byte> payload, int flags = EndStream, int streamId = 1) => Of(DataType, flags, streamId, payload);

    /// <summary>A gRPC message with its prefix.</summary>
    public static byte[] Message(ReadOnlySpan<byte> payload, byte flag = 0, uint? length = null)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length ?? (uint)payload.Length);
        payload.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>The headers of a call as grpc-go sends them, literally, with some replaced (null: left out) or added.</summary>
    public static byte[] CallBlock(string path, params (string Name, string? Value)[] changes)
    {
        List<(string Name, string? Value)> fields =
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("content-type", "application/grpc"),
            ("user-agent", "grpc-go/1.79.3"), ("te", "trailers"), ("grpc-accept-encoding", "gzip"),
        ];
        foreach (var change in changes)
        {
            var at = fields.FindIndex(f => f.Name == change.Name);
            if (at >= 0)
                fields[at] = change;
            else
                fields.Add(change);
        }

        var block = new ArrayBufferWriter<byte>();
        foreach (var (name, value) in fields.Where(f => f.Value is not null))
            HpackWriter.Write(block, new HeaderField(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value!)));
        return block.WrittenSpan.ToArray();
    }
}
