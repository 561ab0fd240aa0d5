using System.Buffers;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Serialises one message, prefix first, into one rented array. It goes back cleared: messages carry tokens and keys.</summary>
internal sealed class FrameWriter(int? maxLength) : SerializationContext, IBufferWriter<byte>, IDisposable
{
    private const int FirstGuess = 256;

    private byte[] _buffer = [];
    private int _written = Framing.PrefixLength;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _written);

    public override void SetPayloadLength(int payloadLength)
    {
        ThrowIfTooLarge(payloadLength);
        Reserve(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => this;

    public override void Complete(byte[] payload)
    {
        SetPayloadLength(payload.Length);
        payload.CopyTo(_buffer, _written);
        _written += payload.Length;
        Complete();
    }

    public override void Complete()
    {
        Reserve(0);
        ThrowIfTooLarge(_written - Framing.PrefixLength);
        Framing.WritePrefix(_buffer, _written - Framing.PrefixLength);
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = [];
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _written >= count && _buffer.Length > 0)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_written + count, Math.Max(_buffer.Length * 2, FirstGuess)));
        _buffer.AsSpan(0, Math.Min(_written, _buffer.Length)).CopyTo(larger);
        Dispose();
        _buffer = larger;
    }

    private void ThrowIfTooLarge(int payloadLength)
    {
        if (payloadLength > maxLength)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"The request message has {payloadLength} bytes; at most {maxLength} may be sent."));
        }
    }
}
