using System.Buffers;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Hands a marshaller the bytes where they lie.</summary>
internal sealed class SequenceDeserializationContext(ReadOnlySequence<byte> payload) : DeserializationContext
{
    public override int PayloadLength => (int)payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;
}
