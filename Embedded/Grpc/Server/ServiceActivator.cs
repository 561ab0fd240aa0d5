using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Embedded.Rpc;

/// <summary>A handler of a service that is not yet known.</summary>
internal delegate Task<TResponse> UnaryHandler<TService, TRequest, TResponse>(
    TService service, TRequest request, global::Grpc.Core.ServerCallContext context);

internal static class ServiceActivator
{
    /// <summary>What trimming must leave of a service class; as in the official package.</summary>
    public const DynamicallyAccessedMemberTypes ServiceMembers =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;
}

/// <summary>The service object for a call: the container's if it has one, else one made for this call and disposed after it.</summary>
internal sealed class ServiceActivator<[DynamicallyAccessedMembers(ServiceActivator.ServiceMembers)] TService>
    where TService : class
{
    private ObjectFactory<TService>? _factory;

    public TService Rent(HttpContext http, out bool made)
    {
        var services = http.RequestServices;
        var registered = services.GetService<TService>();
        made = registered is null;
        return registered ?? (_factory ??= ActivatorUtilities.CreateFactory<TService>([]))(services, null);
    }

    public static ValueTask ReturnAsync(TService service)
    {
        if (service is IAsyncDisposable asyncDisposable)
            return asyncDisposable.DisposeAsync();
        (service as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }
}
