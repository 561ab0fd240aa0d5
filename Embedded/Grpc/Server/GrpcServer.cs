using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ActorCsi.Embedded.Rpc;

/// <summary>What all methods of an application share: services, options, clock, log.</summary>
internal sealed class GrpcServer(IServiceProvider services, IServiceCollection registrations)
{
    public IServiceProvider Services => services;

    public GrpcServiceOptions Options { get; } = services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;

    public TimeProvider Time { get; } = services.GetService<TimeProvider>() ?? TimeProvider.System;

    // The official category, so that a log configuration fits both.
    public ILogger Logger { get; } =
        (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler");

    public bool AnswersUnknownServices { get; set; }

    /// <summary>How a service is registered in the container; null if it is not.</summary>
    public ServiceLifetime? LifetimeOf(Type service)
        => registrations.LastOrDefault(registration => registration.ServiceType == service && !registration.IsKeyedService)?.Lifetime;
}
