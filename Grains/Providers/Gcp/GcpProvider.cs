using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// Google's Secret Manager and Parameter Manager: classes of the existing plugin, read as the pod. What a class says becomes reads, an identity becomes a
/// login that all fetches of that identity share, and answers become files.
/// </summary>
internal sealed class GcpProvider(GcpIdentities identities, GoogleSecrets secrets, DriverCredentials driver, KeptLogins<GcpAccount, Secret> logins) : ISecretProvider
{
    /// <inheritdoc/>
    public string Name => "gcp";

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass) => identities.Demand(GcpClass.Read(secretClass));

    /// <summary>The hosts that a class reads from, most often one: each region is one of its own.</summary>
    public string Endpoint(SecretProviderClass secretClass) => string.Join(',', GcpClass.Read(secretClass).Resources
        .Select(resource => $"https://{resource.Host(driver.Universe)}").Distinct().Order(StringComparer.Ordinal));

    /// <summary>One for all volumes of an identity and class, but where pods are to be told apart.</summary>
    public string? SharingKey(FetchRequest request) => GcpClass.Read(request.Class).LoginPerPod ? null : Name;

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var wanted = GcpClass.Read(request.Class);
        var identity = await identities.Of(wanted, request, cancellationToken);
        var replies = await Read(wanted.Resources, identity, cancellationToken);
        try
        {
            return Bundle(wanted, replies);
        }
        finally
        {
            foreach (var reply in replies)
                reply.Content.Erase();
        }
    }

    /// <summary>A login that is not taken may have been revoked, or be over by their clock: then once more, with a new one.</summary>
    private async Task<ImmutableArray<GcpReply>> Read(ImmutableArray<GcpResource> resources, GcpIdentity identity, CancellationToken cancellationToken)
    {
        var (account, logIn) = identity;
        var login = await logins.Get(account, logIn, cancellationToken);
        try
        {
            return await secrets.Read(resources, login, account.Who, cancellationToken);
        }
        catch (VolumeException failure) when (failure.Error is VolumeError.TokenRefused)
        {
            logins.Forget(account, login);
            login = await logins.Get(account, logIn, cancellationToken);
            return await secrets.Read(resources, login, account.Who, cancellationToken);
        }
    }

    private static SecretBundle Bundle(GcpClass wanted, ImmutableArray<GcpReply> replies)
    {
        var resources = wanted.Resources;
        return new SecretBundle
        {
            Files = BundleFiles.Collect(wanted.Objects.SelectMany(one => GcpFiles.Of(one, replies[resources.IndexOf(one.Resource)].Content)), "give one of them a directory by its path"),
            Objects = [.. resources.Zip(replies, (resource, reply) => new ObjectVersion(resource.Name, reply.Version))],
        };
    }
}
