using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>A unary handler whose service object is still open.</summary>
internal delegate Task<TResponse> UnaryHandler<TService, TRequest, TResponse>(TService service, TRequest request, ServerCallContext context);
