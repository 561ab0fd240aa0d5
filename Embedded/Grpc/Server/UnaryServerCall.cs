using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Embedded.Rpc;

/// <summary>
/// A unary method as Kestrel calls it:
/// (1) refuse what is no gRPC call, (2) start the deadline, (3) read the request, (4) run the handler, (5) write the response and its
/// status. A fault at any step becomes the status of the call.
/// </summary>
internal sealed class UnaryServerCall<[DynamicallyAccessedMembers(ServiceActivator.ServiceMembers)] TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    UnaryHandler<TService, TRequest, TResponse> handler,
    ServiceActivator<TService> activator,
    GrpcServer server)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    private readonly Func<DeserializationContext, TRequest> _deserialize = method.RequestMarshaller.ContextualDeserializer;
    private readonly Action<TResponse, SerializationContext> _serialize = method.ResponseMarshaller.ContextualSerializer;
    private readonly int? _maxReceive = server.Options.MaxReceiveMessageSize;
    private readonly int? _maxSend = server.Options.MaxSendMessageSize;

    public async Task InvokeAsync(HttpContext http)
    {
        if (!RequestGate.Admit(http, server.Logger)) // 1
            return;

        var call = new HttpContextServerCallContext(http, method.FullName, server);
        try
        {
            RefuseCompression(http);
            call.StartDeadline(); // 2
            var request = await RequestMessage.ReadAsync(call, _deserialize, _maxReceive); // 3
            var response = await HandleAsync(call, request); // 4
            End(call, response); // 5
        }
        catch (Exception e) // the border: every fault becomes a status
        {
            Fail(call, e);
        }
        finally
        {
            await call.CloseAsync();
        }
    }

    private async ValueTask<TResponse> HandleAsync(HttpContextServerCallContext call, TRequest request)
    {
        var service = activator.Rent(call.Http, out var made);
        try
        {
            return await handler(service, request, call);
        }
        finally
        {
            if (made)
                await ServiceActivator<TService>.ReturnAsync(service);
        }
    }

    private void End(HttpContextServerCallContext call, TResponse? response)
    {
        var status = call.Status;
        if (status.StatusCode == StatusCode.OK && response is null)
            throw new RpcException(new Status(StatusCode.Internal, $"The handler of {method.FullName} returned no message."));
        if (!call.TryEnd())
            return;

        var message = new ResponseMessage(call.Http.Response.BodyWriter, _maxSend);
        try
        {
            if (status.StatusCode == StatusCode.OK)
                _serialize(response!, message);
        }
        catch (Exception e)
        {
            status = StatusOf(call, e);
        }

        StatusTrailers.Write(call.Http.Response, status, call.TrailersIfAny, message.Begun);
    }

    private void Fail(HttpContextServerCallContext call, Exception exception)
    {
        var status = StatusOf(call, exception);
        if (!call.TryEnd())
            return;
        if (exception is RpcException { Trailers.Count: > 0 } rpc && rpc.Trailers != call.TrailersIfAny)
        {
            foreach (var entry in rpc.Trailers)
                call.ResponseTrailers.Add(entry);
        }

        StatusTrailers.Write(call.Http.Response, status, call.TrailersIfAny, bodyBegun: false);
    }

    private Status StatusOf(HttpContextServerCallContext call, Exception exception)
    {
        if (exception is RpcException rpc)
        {
            server.Logger.CallFailed(method.FullName, rpc.StatusCode, rpc.Status.Detail);
            return rpc.Status;
        }

        if (exception is OperationCanceledException or IOException && call.CancellationToken.IsCancellationRequested)
        {
            server.Logger.CallCancelled(method.FullName);
            return new Status(StatusCode.Cancelled, "The caller gave the call up.");
        }

        if (exception is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
            return new Status(StatusCode.ResourceExhausted, "The request body is larger than Kestrel's MaxRequestBodySize.");

        server.Logger.HandlerThrew(method.FullName, exception);
        return new Status(
            StatusCode.Unknown,
            server.Options.EnableDetailedErrors == true
                ? $"The handler threw {exception.GetType().Name}: {exception.Message}"
                : "The handler threw an exception.");
    }

    private static void RefuseCompression(HttpContext http)
    {
        var encoding = (string?)http.Request.Headers[Protocol.EncodingHeader];
        if (encoding is null or Protocol.Identity)
            return;
        http.Response.Headers[Protocol.AcceptEncodingHeader] = Protocol.Identity;
        throw new RpcException(new Status(StatusCode.Unimplemented, $"The grpc-encoding \"{encoding}\" is not supported; send identity."));
    }
}
