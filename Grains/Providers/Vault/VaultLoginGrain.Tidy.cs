namespace ActorCsi.Grains.Providers.Vault;

/// <summary>Giving back what nobody uses.</summary>
internal sealed partial class VaultLoginGrain
{
    private static readonly TimeSpan FirstTidyPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTidyPause = TimeSpan.FromMinutes(10);

    private bool _tidying;
    private DateTimeOffset? _tidyAt;
    private int _tidyFailures;

    private bool IsTidyingDue => _tidyAt is null && (_record.Logins.Any(IsIdle) || _record.Holdings.Any(IsUnused));

    private void TidyIfNeeded()
    {
        Sweep();
        if (IsTidyingDue)
            _ = Tidy();
    }

    /// <summary>Whether nothing hangs on the login any more. With the last volume even that which does is not worth keeping.</summary>
    private bool IsIdle(VaultLogin login) => !login.IsLeft && _working == 0
        && (_record.Uses.IsEmpty || (login.Number != Current?.Number && !_record.Holdings.Any(holding => holding.Login == login.Number && holding.HasLease)));

    private bool IsUnused(VaultHolding holding) => !holding.IsLeft && _working == 0 && !_record.IsUsed(holding);

    /// <summary>
    /// Gives back leases and logins that nobody uses. When the server does not answer, tries again later; what has reached its end meanwhile is forgotten.
    /// </summary>
    private async Task Tidy()
    {
        if (_tidying)
            return;
        _tidying = true;
        _tidyAt = null;
        try
        {
            ForgetEnded();
            while (_record.Logins.FirstOrDefault(IsIdle) is { } login)
                await GiveBack(login);
            while (_record.Holdings.FirstOrDefault(IsUnused) is { } holding)
                await GiveBack(holding);
            _tidyFailures = 0;
        }
        catch (Exception failure)
        {
            var pause = FirstTidyPause * (1 << Math.Min(_tidyFailures++, 10));
            _tidyAt = Now + (pause < LongestTidyPause ? pause : LongestTidyPause);
            Log.VaultNotGivenBack(_log, Account.Provider, Account.PodNamespace, Account.ServiceAccount, _tidyAt.Value, failure.Message);
        }
        finally
        {
            _tidying = false;
        }
        await Save();
        ArmTimer();
        TidyIfNeeded(); // a volume may have left meanwhile
    }

    private async Task GiveBack(VaultLogin login)
    {
        if (login.Token is not { } token)
        {
            Change(login with { IsLeft = true }); // a restart has made us forget it
            return;
        }
        Change(login with { IsLeft = true }); // nobody shall begin with it now
        try
        {
            if (await Api.RevokeSelf(token, CancellationToken.None))
            {
                token.Erase();
                _record = _record with
                {
                    Logins = _record.Logins.RemoveAll(one => one.Number == login.Number),
                    Holdings = _record.Holdings.RemoveAll(holding => holding.Login == login.Number),
                };
                return;
            }
        }
        catch
        {
            Change(login); // once more, later
            throw;
        }
        foreach (var holding in _record.Holdings.Where(holding => holding.Login == login.Number && holding.HasLease)) // batch tokens are not revoked, their leases can be
            await GiveBack(holding);
    }

    private async Task GiveBack(VaultHolding holding)
    {
        var token = (_record.Logins.FirstOrDefault(login => login.Number == holding.Login) ?? Current)?.Token;
        var isGone = !holding.HasLease || (holding.Lease is { } lease && token is not null && await Api.RevokeLease(lease.ExposeText(), token, CancellationToken.None));
        if (holding.Body is { } body)
            _outdated.Add(body);
        _record = _record with
        {
            Holdings = isGone
                ? _record.Holdings.Remove(holding)
                : [.. _record.Holdings.Select(one => one == holding ? one with { IsLeft = true, Body = null } : one)],
        };
    }

    private void ForgetEnded() => _record = _record with
    {
        Logins = _record.Logins.RemoveAll(login => login.ExpiresAt <= Now),
        Holdings = _record.Holdings.RemoveAll(holding => holding.ExpiresAt <= Now && !_record.IsUsed(holding)),
    };
}
