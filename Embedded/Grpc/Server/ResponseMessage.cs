using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Writes the one message of a response straight into Kestrel's output. Nothing is flushed: message and trailers leave together.</summary>
internal sealed class ResponseMessage(PipeWriter body, int? maxLength) : SerializationContext
{
    private ArrayBufferWriter<byte>? _unannounced;

    /// <summary>Whether bytes went into the body, so that the status must follow as trailers.</summary>
    public bool Begun { get; private set; }

    public override void SetPayloadLength(int payloadLength)
    {
        if (payloadLength > maxLength)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"The response message has {payloadLength} bytes; at most {maxLength} may be sent."));
        }

        Begun = true;
        Framing.WritePrefix(body.GetSpan(Framing.PrefixLength), payloadLength);
        body.Advance(Framing.PrefixLength);
    }

    // Without a length first, the bytes wait until it is known.
    public override IBufferWriter<byte> GetBufferWriter() => Begun ? body : _unannounced ??= new ArrayBufferWriter<byte>();

    public override void Complete(byte[] payload)
    {
        SetPayloadLength(payload.Length);
        body.Write(payload);
    }

    public override void Complete()
    {
        if (Begun)
            return;
        SetPayloadLength(_unannounced?.WrittenCount ?? 0);
        if (_unannounced is not null)
            body.Write(_unannounced.WrittenSpan);
    }
}
