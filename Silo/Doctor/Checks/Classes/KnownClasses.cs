using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Sources;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;
using ActorCsi.Silo.Serve;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Silo.Doctor.Checks.Classes;

/// <summary>All classes, of the directory and of the API server, and the providers that the driver would ask for them.</summary>
internal static class KnownClasses
{
    /// <summary>All that can be had: an API server that does not answer is another check's affair. The cluster's only where the driver's volumes name classes.</summary>
    public static async Task<IReadOnlyList<SecretProviderClass>> ReadAll(Surroundings node, CancellationToken cancellationToken)
    {
        var classes = ClassFiles.ReadAll(node).Where(file => file.File.Faults.IsEmpty).SelectMany(file => file.File.Classes).Select(found => found.Class).ToList();
        try
        {
            if (node is { MountsClasses: true, Cluster: { } cluster })
                classes.AddRange((await cluster.List(Resources.SecretProviderClasses, null, cancellationToken: cancellationToken)).Items.Select(Of));
        }
        catch (KubernetesException)
        {
            // ApiServerCheck and RightsCheck tell why.
        }
        return classes;
    }

    /// <summary>The names of all providers that classes and volumes ask for, also as one of several sources.</summary>
    public static async Task<IReadOnlySet<string>> ProvidersInUse(Surroundings node, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var secretClass in await ReadAll(node, cancellationToken))
        {
            try
            {
                names.UnionWith(ClassParts.Of(secretClass).Select(part => part.Provider));
            }
            catch (VolumeException)
            {
                // ClassProvidersCheck tells.
            }
        }
        names.UnionWith((await node.Volumes(cancellationToken) ?? []).Select(volume => volume.Provider));
        if (InlineClass.ProviderOf(node.Options.DriverName) is { } provider)
            names.Add(provider);
        return names;
    }

    /// <summary>The driver's own catalogue, with the driver's own options. The silo that providers want to be in is built and never started.</summary>
    public static IHost Providers(Surroundings node)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering().UseInMemoryReminderService());
        builder.Services.AddSingleton(node.Time).AddVolumes().AddProviders(new ProviderOptions
        {
            SocketDirectories = [.. node.Options.ProviderDirectories.Select(node.At)],
            PreferBuiltIn = node.Options.PreferBuiltIn,
            CertificatesRequestedBy = node.Options.CertificatesRequestedBy,
            NodeIdentities = node.Options.NodeIdentities,
            SpiffeIssuer = node.Options.SpiffeIssuer.Length == 0 ? null : node.Options.SpiffeIssuer,
            PluginAudiences = Node.PluginAudiences(node.Options.ProviderAudiences),
            StateDirectory = node.At(node.Options.StateDirectory),
            Environment = node.Variable,
        });
        return builder.Build();
    }

    private static SecretProviderClass Of(V1SecretProviderClass found) => new(
        found.Metadata.Namespace ?? "", found.Metadata.Name ?? "", found.Spec?.Provider ?? "",
        new StringMap((found.Spec?.Parameters ?? new Dictionary<string, string?>()).Select(entry => KeyValuePair.Create(entry.Key, entry.Value ?? ""))), []);
}
