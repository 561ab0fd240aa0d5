namespace Grpc.Core;

/// <summary>Carries calls out; generated clients call this.</summary>
public abstract class CallInvoker
{
    /// <summary>Calls and waits.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="host">The <c>:authority</c>; null for the channel's.</param>
    /// <param name="options">Headers, deadline, token.</param>
    /// <param name="request">The request.</param>
    /// <exception cref="RpcException">The call ended otherwise than OK.</exception>
    public abstract TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class;

    /// <summary>Starts a call.</summary>
    /// <typeparam name="TRequest">The request message.</typeparam>
    /// <typeparam name="TResponse">The response message.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="host">The <c>:authority</c>; null for the channel's.</param>
    /// <param name="options">Headers, deadline, token.</param>
    /// <param name="request">The request.</param>
    public abstract AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class;
}
