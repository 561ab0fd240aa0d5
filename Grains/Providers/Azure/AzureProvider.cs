using System.Collections.Immutable;
using System.Globalization;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Azure Key Vault: classes of the existing plugin, read as the pod.</summary>
/// <remarks>
/// <code>
/// class ─▶ who the fetch acts as ─▶ login, kept ─▶ 1 what has one version   ─▶ 2 nothing new? ─▶ 3 the other versions ─▶ files
///                                                    lists of versions           "unchanged"
/// </code>
/// A vault does not tell the version of something for less than the thing itself, except by its lists of versions: so step 2 is for classes with those only.
/// </remarks>
internal sealed class AzureProvider(ProviderHttp http, AzureIdentities identities, AzureLogins logins, ProviderOptions options) : ISecretProvider
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <inheritdoc/>
    public string Name => "azure";

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass) => Read(secretClass).Demand;

    /// <inheritdoc/>
    public string Endpoint(SecretProviderClass secretClass) => new HttpEndpoint(Read(secretClass).Vault).Origin;

    /// <summary>One for all volumes of the identity and class; none where who answers tells pods apart.</summary>
    public string? SharingKey(FetchRequest request) => Read(request.Class).Mode is AzureIdentityMode.AadPodIdentity ? null : Name;

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var wanted = Read(request.Class);
        var identity = await identities.Of(wanted, request, cancellationToken);
        using var vault = new KeyVault(http.To(new HttpEndpoint(wanted.Vault)), wanted.Vault, identity, logins);

        // 1 the versions
        await vault.Read(wanted.Objects.Where(one => !one.HasHistory).Select(one => one.Read), cancellationToken);
        var parts = new List<Part>();
        foreach (var one in wanted.Objects)
            parts.AddRange(one.HasHistory ? await Versions(one, vault, cancellationToken) : [new Part(one, one.Read, one.Path, Id(one), vault[one.Read].Version!)]);
        ImmutableArray<ObjectVersion> versions = [.. parts.Select(part => new ObjectVersion(part.Id, part.Version)).Distinct()];

        // 2 a version never changes
        if (wanted.Objects.Any(one => one.HasHistory) && versions.AsSpan().SequenceEqual(request.Current.AsSpan()))
            return new SecretBundle { Files = [], Objects = versions, Unchanged = true };

        // 3 the content
        await vault.Read(parts.Select(part => part.Read), cancellationToken);
        var files = BundleFiles.Collect( // also .crt and .key, of which the class does not speak
            parts.SelectMany(part => KeyVaultFiles.Of(part.Object, part.Read, part.Path, vault[part.Read], wanted)), "give one of them another objectAlias");
        return new SecretBundle { Files = files, Objects = versions };
    }

    /// <summary>What an object is called in status, as the plugin has it.</summary>
    private static string Id(AzureObject one) => $"{one.Read.Kind.Word}/{one.Read.Name}";

    private AzureClass Read(SecretProviderClass secretClass)
    {
        var wanted = AzureClass.Read(secretClass, options.Environment);
        return wanted.NodeIdentity is { } parameter && options.NodeIdentities is NodeIdentities.Refused
            ? throw NodeIdentityRefusal.Of($"parameters.{parameter} is true", NodeIdentityRefusal.Option, "Use the pod's own: clientID, or the annotation azure.workload.identity/client-id of its service account")
            : wanted;
    }

    /// <summary>
    /// The versions from the newest, or the one that the class names, backwards: a file for each, called 0, 1, 2 … The plugin's documentation promises as many as
    /// objectVersionHistory says; it makes one more, and so there may be pods that use it.
    /// </summary>
    private static async Task<IEnumerable<Part>> Versions(AzureObject wanted, KeyVault vault, CancellationToken cancellationToken)
    {
        var read = wanted.Read;
        IEnumerable<KeyVaultVersion> known = await vault.ListVersions(read, cancellationToken);
        if (read.Version.Length > 0)
            known = known.SkipWhile(version => version.Version != read.Version);
        var parts = known.TakeWhile((_, i) => i <= wanted.History)
            .Select((one, i) => new Part(wanted, read with { Version = one.Version }, string.Create(Invariant, $"{wanted.Path}/{i}"), string.Create(Invariant, $"{Id(wanted)}/{i}"), one.Version)).ToArray();
        return parts.Length > 0 ? parts : throw new VolumeException(VolumeError.NotFound, $"{read}: the vault has no such version that is enabled");
    }

    /// <summary>One version of one object: what is read for it, the file, and the id in status.</summary>
    private sealed record Part(AzureObject Object, KeyVaultRead Read, string Path, string Id, string Version);
}
