using System.Diagnostics.CodeAnalysis;
using ActorCsi.Embedded.Rpc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves gRPC services over endpoint routing.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Serves every unary method of a service, which comes from the container if it has one, else is made for each call.</summary>
    /// <typeparam name="TService">The service; derives from a generated base class.</typeparam>
    /// <param name="builder">The application's routes.</param>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<[DynamicallyAccessedMembers(ServiceActivator.ServiceMembers)] TService>(
        this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var server = builder.ServiceProvider.GetService<GrpcServer>()
            ?? throw new InvalidOperationException("gRPC is not set up: call AddGrpc() on the services of the application before MapGrpcService.");

        var mapper = new ServiceMapper<TService>(builder, server);
        GeneratedService.Bind(typeof(TService), mapper);
        mapper.MapUnknownMethods();
        return new GrpcServiceEndpointConventionBuilder(mapper.Endpoints);
    }
}
