using Grpc.Core;
using Grpc.Net.Client;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Starts calls over a channel.</summary>
internal sealed class ChannelCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        => new UnaryClientCall<TRequest, TResponse>(channel, method, host, options, request).ResponseAsync.GetAwaiter().GetResult();

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new UnaryClientCall<TRequest, TResponse>(channel, method, host, options, request);
        return new AsyncUnaryCall<TResponse>(
            call.ResponseAsync,
            static call => ((UnaryClientCall<TRequest, TResponse>)call).GetHeadersAsync(),
            static call => ((UnaryClientCall<TRequest, TResponse>)call).Status,
            static call => ((UnaryClientCall<TRequest, TResponse>)call).Trailers,
            static call => ((UnaryClientCall<TRequest, TResponse>)call).Dispose(),
            call);
    }
}
