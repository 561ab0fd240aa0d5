using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Embedded.Rpc;

internal static class ServiceActivator
{
    /// <summary>What trimming must leave of a service class; as in the official package.</summary>
    public const DynamicallyAccessedMemberTypes ServiceMembers =
        DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicMethods
        | DynamicallyAccessedMemberTypes.NonPublicMethods;
}

/// <summary>
/// The service object for a call: the container's if it has one, else one made for this call and disposed after it. A singleton is asked for
/// once, since asking the request's own provider would make a scope for every call.
/// </summary>
internal sealed class ServiceActivator<[DynamicallyAccessedMembers(ServiceActivator.ServiceMembers)] TService>(GrpcServer server)
    where TService : class
{
    private readonly bool _isSingleton = server.LifetimeOf(typeof(TService)) == ServiceLifetime.Singleton;
    private TService? _singleton;
    private ObjectFactory<TService>? _factory;

    public TService Rent(HttpContext http, out bool made)
    {
        made = false;
        if (_isSingleton)
            return _singleton ??= server.Services.GetRequiredService<TService>();
        var services = http.RequestServices;
        if (services.GetService<TService>() is { } registered)
            return registered;
        made = true;
        return (_factory ??= ActivatorUtilities.CreateFactory<TService>([]))(services, null);
    }

    public static ValueTask ReturnAsync(TService service)
    {
        if (service is IAsyncDisposable asyncDisposable)
            return asyncDisposable.DisposeAsync();
        (service as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }
}
