using System.Buffers;

namespace Grpc.Core;

/// <summary>Collects one message into an array: the bridge from contextual marshallers to plain ones.</summary>
internal sealed class ArraySerializationContext : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _written = new();
    private byte[]? _given;

    public override void Complete(byte[] payload) => _given = payload;

    public override IBufferWriter<byte> GetBufferWriter() => _written;

    public override void Complete()
    {
    }

    public byte[] ToArray() => _given ?? _written.WrittenSpan.ToArray();
}

/// <summary>Hands out one message from an array.</summary>
internal sealed class ArrayDeserializationContext(byte[] payload) : DeserializationContext
{
    public override int PayloadLength => payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload;

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
}
