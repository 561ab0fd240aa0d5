using System.Net;

namespace Orleans.Hosting;

/// <summary>Where a silo finds the others. There are none: what is said here has no effect.</summary>
public static class CoreHostingExtensions
{
    /// <summary>A silo by itself, which this one always is.</summary>
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder,
        int siloPort = 11111,
        int gatewayPort = 30000,
        IPEndPoint? primarySiloEndpoint = null,
        string serviceId = "dev",
        string clusterId = "dev")
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder;
    }
}
