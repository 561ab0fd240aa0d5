using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Turns each method that the generated code names into an endpoint.</summary>
internal sealed class ServiceMapper<[DynamicallyAccessedMembers(ServiceActivator.ServiceMembers)] TService>(
    IEndpointRouteBuilder routes, GrpcServer server) : ServiceBinderBase
    where TService : class
{
    private readonly HashSet<string> _services = [];
    private readonly ServiceActivator<TService> _activator = new(server);

    public List<IEndpointConventionBuilder> Endpoints { get; } = [];

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var call = new UnaryServerCall<TService, TRequest, TResponse>(method, HandlerOf(method), _activator, server);
        _services.Add(method.ServiceName);
        Map(method.FullName, call.InvokeAsync);
    }

    /// <summary>Answers what no endpoint takes, after all endpoints had their chance.</summary>
    public void MapUnknownMethods()
    {
        var answer = new UnknownMethod(server);
        foreach (var service in _services)
            MapLast($"/{service}/{{method}}", answer.InvokeAsync);

        if (server.Options.IgnoreUnknownServices == true || server.AnswersUnknownServices)
            return;
        server.AnswersUnknownServices = true;
        MapLast("/{service}/{method}", answer.InvokeAsync);
    }

    // An open delegate: the service may be another object for each call.
    private static UnaryHandler<TService, TRequest, TResponse> HandlerOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var implementation = typeof(TService).GetMethod(
            method.Name, BindingFlags.Public | BindingFlags.Instance, [typeof(TRequest), typeof(ServerCallContext)])
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method {method.Name}({typeof(TRequest)}, ServerCallContext).");
        return implementation.CreateDelegate<UnaryHandler<TService, TRequest, TResponse>>();
    }

    private void Map(string path, RequestDelegate handler)
        => Endpoints.Add(routes.Map(path, handler).WithDisplayName($"gRPC - {path}"));

    private void MapLast(string pattern, RequestDelegate handler)
        => routes.Map(pattern, handler)
            .WithDisplayName($"gRPC - unknown method of {pattern}")
            .Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue);
}
