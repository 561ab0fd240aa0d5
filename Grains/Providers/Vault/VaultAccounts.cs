using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>The accounts at Vault and OpenBao that there is something to look after for: those whose grain has its reminder.</summary>
internal sealed class VaultAccounts(IGrainFactory grains, IReminderTable reminders) : IStoreLogins
{
    /// <summary>The grain of each.</summary>
    public async Task<ImmutableArray<IVaultLoginGrain>> Find()
    {
        var table = await reminders.ReadRows(0, 0); // from 0 to 0 is the whole ring
        return [.. table.Reminders.Where(row => row.ReminderName == VaultLoginGrain.ReminderName).Select(row => grains.GetGrain<IVaultLoginGrain>(row.GrainId.Key.ToString()!))];
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<StoreLogin>> List()
    {
        var statuses = await Task.WhenAll((await Find()).Select(account => account.Inspect()));
        return [.. statuses.Where(status => status.Account is not null && status.Logins.Count + status.Leases.Count > 0).Select(status => Login(status.Account!, status))];
    }

    private static StoreLogin Login(VaultAccount account, VaultLoginStatus status) => new(
        account.ToString(), account.PodNamespace, account.ServiceAccount, account.Role,
        status.Logins.Count, status.Logins.Until, status.Leases.Count, status.Leases.Until, status.Volumes);
}
