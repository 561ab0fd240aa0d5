using ActorCsi.Embedded.Rpc;

namespace Grpc.Net.Client;

/// <summary>How a channel calls.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>
    /// What carries the HTTP requests; null for a <see cref="SocketsHttpHandler"/>. One with a ConnectCallback reaches a unix socket.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether disposing the channel disposes <see cref="HttpHandler"/>.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>The largest request in bytes; null, the default, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The largest response in bytes; null for no limit. 4 MiB unless set.</summary>
    public int? MaxReceiveMessageSize { get; set; } = Protocol.DefaultMaxReceiveMessageSize;

    /// <summary>
    /// Whether a call that this side ended, by token, deadline or Dispose, throws <see cref="OperationCanceledException"/> rather than
    /// <see cref="Core.RpcException"/>.
    /// </summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>The clock of deadlines, for tests.</summary>
    internal TimeProvider Time { get; set; } = TimeProvider.System;
}
