using System.Collections.Immutable;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Grains.Tokens;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// One account's login and the leases that hang on it.
/// <code>
///   Fetch ─▶ Login: the one there is; renewed at half its life, replaced when it cannot be ─▶ each read:
///              held and not due?   the same answer                     (a lease, a certificate)
///              lease due?          renewed, the same answer; when its longest life is near, read anew
///              another volume has just been given it?  that            (nobody is given the same reading twice)
///              else                asked, once for all who wait
///   Release, the last user of a lease ─▶ revoked           Release, the last user at all ─▶ the login is revoked, and all leases with it
/// </code>
/// Renewing a lease is no timer's business: a volume comes when its content is due, and finds the same content with new time to live. The login's
/// timer is for those times in which no volume comes.
/// </summary>
/// <remarks>Reentrant: reads run side by side. State changes only between awaits, each time as a whole.</remarks>
[Reentrant, KeepAlive]
internal sealed partial class VaultLoginGrain : Grain, IVaultLoginGrain, IRemindable
{
    private readonly IPersistentState<VaultLoginRecord> _state;
    private readonly ProviderHttp _http;
    private readonly VaultVolumes _volumes;
    private readonly Func<double> _chance;
    private readonly TimeProvider _time;
    private readonly ILogger<VaultLoginGrain> _log;

    private VaultLoginRecord _record = VaultLoginRecord.Empty;
    private PodToken? _podToken;
    private int _working;

    /// <summary>Called by the grain runtime.</summary>
    public VaultLoginGrain(
        [PersistentState("login", VaultLogins.StorageName)] IPersistentState<VaultLoginRecord> state,
        ProviderHttp http,
        VaultVolumes volumes,
        IOptions<VolumeOptions> options,
        TimeProvider time,
        ILogger<VaultLoginGrain> log)
    {
        _state = state;
        _http = http;
        _volumes = volumes;
        _chance = options.Value.Chance;
        _time = time;
        _log = log;
    }

    private VaultAccount Account => _record.Account!;

    private VaultApi Api => new(_http, Account);

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _record = _state.RecordExists ? _state.State : VaultLoginRecord.Empty;
        foreach (var use in _record.Uses)
            _volumes.Add(use.Volume, this.GetPrimaryKeyString());
        ArmTimer();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<VaultReply>> Fetch(VaultFetch fetch, CancellationToken cancellationToken)
    {
        // The work goes on when the caller gives up: an answer that is on its way may be a lease, and then it must be known here.
        var work = FetchAll(fetch);
        try
        {
            return await work.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = work.ContinueWith(static done => Erase(done.Result), CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private async Task<ImmutableArray<VaultReply>> FetchAll(VaultFetch fetch)
    {
        _working++;
        try
        {
            Enter(fetch);
            var readings = fetch.Reads.Select(read => Reading(read, fetch)).ToArray();
            await Task.WhenAll(readings).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Current); // all end, then the first failure counts
            ImmutableArray<VaultReply> replies = [.. readings.Select(reading => reading.GetAwaiter().GetResult())];
            SetUse(fetch);
            return replies;
        }
        finally
        {
            _working--;
            await Save();
            ArmTimer();
            TidyIfNeeded();
        }
    }

    /// <summary>Until it has fetched, a volume uses what it had and what it wants: if it fails half-way, it comes again.</summary>
    private void Enter(VaultFetch fetch)
    {
        _volumes.Add(fetch.Volume, this.GetPrimaryKeyString());
        if (_podToken is null || _podToken.ExpiresAt < fetch.Token.ExpiresAt)
            _podToken = fetch.Token;
        var before = _record.Uses.FirstOrDefault(use => use.IsOf(fetch.Volume, fetch.Source))?.Reads ?? [];
        _record = _record with
        {
            Account = fetch.Account,
            Uses =
            [
                .. _record.Uses.Where(use => !use.IsOf(fetch.Volume, fetch.Source)),
                new VaultUse(fetch.Volume, [.. before.Union(fetch.Reads)]) { Source = fetch.Source },
            ],
        };
    }

    /// <summary>A volume that was released meanwhile is no user any more.</summary>
    private void SetUse(VaultFetch fetch)
        => _record = _record with { Uses = [.. _record.Uses.Select(use => use.IsOf(fetch.Volume, fetch.Source) ? use with { Reads = fetch.Reads } : use)] };

    /// <inheritdoc/>
    public async Task Release(string volume, string? source)
    {
        _record = _record with { Uses = _record.Uses.RemoveAll(use => use.IsOf(volume, source)) };
        if (!_record.Uses.Any(use => use.IsOf(volume, null)))
            _volumes.Remove(volume, this.GetPrimaryKeyString());
        await Save();
        TidyIfNeeded();
    }

    /// <inheritdoc/>
    public async Task Resume()
    {
        foreach (var volume in _record.Uses.Select(use => use.Volume).Distinct())
            if (await GrainFactory.GetGrain<IVolumeGrain>(volume).Inspect() is null)
                await Release(volume, source: null);
        await Save(); // where nothing is left, so that the reminder goes too
        TidyIfNeeded();
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => Resume();

    /// <inheritdoc/>
    public Task<VaultLoginStatus> Inspect() => Task.FromResult(new VaultLoginStatus(
        _record.Account,
        new VaultCount(_record.Logins.Length, _record.Logins.IsEmpty ? null : _record.Logins.Max(login => login.ExpiresAt)),
        new VaultCount(_record.Holdings.Length, _record.Holdings.IsEmpty ? null : _record.Holdings.Max(holding => holding.ExpiresAt)),
        [.. _record.Uses.Select(use => use.Volume).Distinct()]));

    private static void Erase(ImmutableArray<VaultReply> replies)
    {
        foreach (var reply in replies)
            reply.Body.Erase();
    }
}
