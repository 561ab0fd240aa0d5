using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>One framed message as the body of an HTTP request, in a rented buffer.</summary>
internal sealed class RequestContent : HttpContent
{
    private static readonly MediaTypeHeaderValue GrpcMediaType = new(Protocol.ContentType);

    private const int Idle = 0;
    private const int Sending = 1;
    private const int Disposed = 2;

    private readonly FrameWriter _frame;
    private int _state = Idle;

    private RequestContent(FrameWriter frame)
    {
        _frame = frame;
        Headers.ContentType = GrpcMediaType;
    }

    /// <exception cref="RpcException">The message is larger than the channel may send, or cannot be serialised.</exception>
    public static RequestContent Of<T>(T message, Action<T, SerializationContext> serialize, int? maxLength)
    {
        var frame = new FrameWriter(maxLength);
        try
        {
            serialize(message, frame);
            return new RequestContent(frame);
        }
        catch (Exception e)
        {
            frame.Dispose();
            if (e is RpcException)
                throw;
            throw new RpcException(new Status(StatusCode.Internal, $"The request {typeof(T).Name} cannot be serialised.", e));
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    // May run again: the handler retries what a server provably did not process.
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _state, Sending, Idle) != Idle, this);
        await stream.WriteAsync(_frame.Written, cancellationToken).ConfigureAwait(false);
        Interlocked.CompareExchange(ref _state, Idle, Sending);
    }

    // gRPC clients send no content-length.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        // An HTTP/2 response may come, and the call end, while the request is still being sent. A buffer in use must not go back to the
        // pool, where another call would write into it; the collector takes it.
        if (disposing && Interlocked.Exchange(ref _state, Disposed) == Idle)
            _frame.Dispose();
        base.Dispose(disposing);
    }
}
