using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using Microsoft.Extensions.Options;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// HashiCorp Vault, or OpenBao: classes of the existing plugins, read as the pod. The login, its leases and what is shared between volumes are
/// in <see cref="VaultLoginGrain"/>; here a class becomes reads, and answers become files.
/// </summary>
internal sealed class VaultProvider(
    VaultFlavor flavor, IGrainFactory grains, VaultAccounts accounts, VaultVolumes volumes, VaultVersionKey versionKey, Func<string, string?> environment,
    IOptions<VolumeOptions> volumeOptions, IOptions<ProviderLimits> limits, TimeProvider time) : ISecretProvider
{
    /// <inheritdoc/>
    public string Name => flavor.Name;

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass) => TokenDemand.For(Read(secretClass).Audience);

    /// <inheritdoc/>
    public string Endpoint(SecretProviderClass secretClass) => Read(secretClass).Origin;

    /// <summary>
    /// Null: the account's grain shares, read by read, between classes too, and knows which volume uses what. Only of what has no lease and does not change by itself
    /// may a copy start another pod (<see cref="SecretBundle.MayStartOthers"/>): a pod that the grain does not know of could lose what it has to the last one that it does.
    /// </summary>
    public string? SharingKey(FetchRequest request) => null;

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var wanted = Read(request.Class);
        var account = wanted.AccountOf(request.Volume.Pod);
        var reads = wanted.Objects.Select(one => one.Read).Distinct().ToImmutableArray();
        var fetch = new VaultFetch(account, request.Volume.VolumeId, request.Tokens[wanted.Audience]!, reads, limits.Value.ReuseFor, request.NewerThan) { Source = request.Source };
        var replies = await grains.GetGrain<IVaultLoginGrain>(account.Key).Fetch(fetch, cancellationToken);
        try
        {
            var bundle = Bundle(wanted, reads, replies);
            await ReleaseOthers(request.Volume.VolumeId, request.Source, account.Key);
            return bundle;
        }
        finally
        {
            foreach (var reply in replies)
                reply.Body.Erase();
        }
    }

    /// <inheritdoc/>
    public Task Release(string volume) => ReleaseOthers(volume, source: null, kept: null);

    /// <inheritdoc/>
    public Task Release(string volume, string source) => ReleaseOthers(volume, source, kept: null);

    /// <inheritdoc/>
    public async Task Resume()
    {
        if (flavor != VaultFlavor.Vault) // the accounts of both are in one list
            return;
        foreach (var account in await accounts.Find())
            await account.Resume();
    }

    private VaultClass Read(SecretProviderClass secretClass) => VaultClass.Read(secretClass, flavor, environment);

    /// <summary>A class may have come to name another account.</summary>
    private async Task ReleaseOthers(string volume, string? source, string? kept)
    {
        foreach (var account in volumes.Of(volume))
            if (account != kept && account.StartsWith(flavor.Name + "/", StringComparison.Ordinal))
                await grains.GetGrain<IVaultLoginGrain>(account).Release(volume, source);
    }

    private SecretBundle Bundle(VaultClass wanted, ImmutableArray<VaultRead> reads, ImmutableArray<VaultReply> replies)
    {
        var versions = ImmutableArray.CreateBuilder<ObjectVersion>();
        var files = BundleFiles.Collect(wanted.Objects.SelectMany(FilesOf), "give one of them a directory by its objectName");
        var isHeld = replies.All(reply => reply.IsHeld);
        return new SecretBundle
        {
            Files = files,
            Objects = versions.ToImmutable(),
            ExpiresAt = replies.Min(reply => reply.ExpiresAt),
            RefreshAt = RefreshAt(replies),
            NeedsNoPolling = isHeld,
            MayStartOthers = !wanted.LoginPerPod && !reads.Any(read => read.Writes) && replies.All(reply => !reply.IsHeld && reply.RefreshAt is null),
        };

        IEnumerable<SecretFile> FilesOf(VaultObject one)
        {
            using var answer = VaultAnswer.Read(replies[reads.IndexOf(one.Read)].Body)!; // the grain has looked
            SecretFile[] made = [.. VaultFiles.Of(one, answer)];
            versions.Add(new ObjectVersion(one.Name, VaultFiles.Version(one, made, versionKey.Current())));
            return made;
        }
    }

    /// <summary>
    /// What expires is asked for when that is due, what does not at an interval, which is the schedule's. Where a class has both, the interval must not
    /// be forgotten for the sake of the expiry.
    /// </summary>
    private DateTimeOffset? RefreshAt(ImmutableArray<VaultReply> replies)
    {
        var due = replies.Min(reply => reply.RefreshAt);
        if (replies.All(reply => reply.IsHeld) || !replies.Any(reply => reply.IsHeld) || volumeOptions.Value.PollInterval is not { } interval)
            return due;
        var poll = time.GetUtcNow() + (interval * (0.9 + (0.2 * volumeOptions.Value.Chance())));
        return due < poll ? due : poll;
    }
}
