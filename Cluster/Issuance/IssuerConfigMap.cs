using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Cluster.Issuance;

/// <summary>
/// csi-driver-spiffe's ConfigMap of the runtime configuration: <c>issuer-name</c>, <c>issuer-kind</c> and <c>issuer-group</c>, all three. One that lacks some is refused and
/// reported, and the last good one stays in force; without a ConfigMap what the driver was started with counts.
/// </summary>
internal sealed class IssuerConfigMap(ProviderOptions options, IKubernetes api, TimeProvider time, ILogger<IssuerConfigMap> log)
    : Followed<V1ConfigMap, CertificateIssuer>($"ConfigMap {options.SpiffeIssuer}", Resources.ConfigMaps, time, log, () => { }, CancellationToken.None), IIssuerConfig, IHostedService
{
    private const string DriversOwn = "the one that the driver was started with";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.SpiffeIssuer?.Split('/') is [var @namespace, var name])
            Begin(api, @namespace, Selection.One(name), new ReflectorOptions());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        End();
        return Task.CompletedTask;
    }

    protected override CertificateIssuer? Read(IReadOnlyCollection<V1ConfigMap> items)
    {
        var read = items.FirstOrDefault() is { } item ? Read(item) : null;
        if (read != Current)
            Log.IssuerInForce(log, Title, read?.ToString() ?? DriversOwn);
        return read;
    }

    private CertificateIssuer? Read(V1ConfigMap item)
    {
        string[] keys = ["issuer-group", "issuer-kind", "issuer-name"];
        if (keys.Select(key => item.Data?.GetValueOrDefault(key) ?? "").ToArray() is [{ Length: > 0 } group, { Length: > 0 } kind, { Length: > 0 } name])
            return new CertificateIssuer(group, kind, name);
        Log.IssuerRefused(log, Title, Current?.ToString() ?? DriversOwn);
        return Current;
    }
}
