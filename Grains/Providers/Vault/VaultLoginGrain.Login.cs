namespace ActorCsi.Grains.Providers.Vault;

/// <summary>The login: had, renewed, replaced.</summary>
internal sealed partial class VaultLoginGrain
{
    private Task _loginTurn = Task.CompletedTask;

    /// <summary>The login that is used; null when there is none.</summary>
    private VaultLogin? Current => _record.Logins.FirstOrDefault(login => !login.IsLeft && login.Token is not null && login.ExpiresAt > Now);

    /// <summary>A login that is good for a while: the one there is, renewed if that is due, or a new one.</summary>
    /// <exception cref="VolumeException">There is none, and why.</exception>
    private async Task<VaultLogin> Login()
    {
        if (Current is { } login && login.RenewAt > Now)
            return login;
        return await OneByOne(RenewOrReplace);
    }

    /// <summary>Logging in is for one at a time: who comes second finds what the first has done.</summary>
    private async Task<T> OneByOne<T>(Func<Task<T>> step)
    {
        var (before, done) = (_loginTurn, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _loginTurn = done.Task;
        await before;
        try
        {
            return await step();
        }
        finally
        {
            done.SetResult();
        }
    }

    private async Task<VaultLogin> RenewOrReplace()
    {
        if (Current is not { } login)
            return await Adopt(await LogIn());
        if (login.RenewAt > Now)
            return login; // somebody else has seen to it
        try
        {
            if (login.IsRenewable && await Api.RenewSelf(login.Token!, CancellationToken.None) is { Life.Ticks: > 0 } renewed)
                return Prolong(login, renewed);
            return await Adopt(await LogIn());
        }
        catch (VolumeException failure) when (Current is { } still && failure.Error is not (VolumeError.ProviderDenies or VolumeError.Invalid))
        {
            return still; // it is good yet, and there is time to try again
        }
    }

    /// <summary>The timer's part: no volume may come for longer than the login lives.</summary>
    private async Task KeepLogin()
    {
        try
        {
            await Login();
            if (Current is { } login && login.RenewAt <= Now)
                Change(login with { RenewAt = Now + ((login.ExpiresAt - Now) / 4) }); // it was not to be had this time
        }
        catch (VolumeException failure)
        {
            Log.VaultLoginNotRenewed(_log, Account.Provider, Account.PodNamespace, Account.ServiceAccount, failure.Message);
            if (Current is { } login)
                Change(login with { RenewAt = Now + ((login.ExpiresAt - Now) / 4) });
        }
        // Without a login nothing that hung on it is worth anything; the volumes bring a newer token of their pods, if there is one.
        if (Current is null)
            Wake(holding => !holding.IsLeft);
        await Save();
    }

    private async Task<VaultAuth> LogIn()
    {
        if (_podToken is not { } token || token.ExpiresAt <= Now)
            throw new VolumeException(VolumeError.TokenMissing, $"{Account}: a login is needed, and there is no token of the pod that is still good; kubelet brings one with its next publish");
        return await Api.Login(token.Token, CancellationToken.None);
    }

    private VaultLogin Prolong(VaultLogin login, VaultAuth renewed)
    {
        renewed.Token.Erase(); // the same one
        var prolonged = login with
        {
            ExpiresAt = Now + renewed.Life,
            RenewAt = Now + Half(renewed.Life),
            IsRenewable = renewed.Life > login.Life / 2, // less is left of its longest life
        };
        Change(prolonged);
        return prolonged;
    }

    /// <summary>From now on this is the login. What hangs on another one ends with that, so it is read anew.</summary>
    private async Task<VaultLogin> Adopt(VaultAuth auth)
    {
        var login = Add(auth);
        Promote(login);
        Log.VaultLoggedIn(_log, Account.Provider, Account.PodNamespace, Account.ServiceAccount, Account.Role, login.Accessor, login.ExpiresAt);
        Wake(holding => !holding.IsLeft && holding.RenewAt <= Now);
        await Save();
        return login;
    }

    /// <summary>
    /// The server said 403 to a login that we have had for a while: either it has ended the login behind our back, or what was asked for is not
    /// allowed. Its answer is the same, so it is asked which. A role may have been given more rights since: a new login has them.
    /// </summary>
    /// <returns>A login to try again with, and whether it is one beside <paramref name="doubted"/>; null when that is good and no other can be had.</returns>
    private Task<(VaultLogin Login, bool IsTrial)?> Doubt(VaultLogin doubted) => OneByOne<(VaultLogin, bool)?>(async () =>
    {
        if (Current is { } other && other.Number != doubted.Number)
            return (other, false);
        if (!await Api.Knows(doubted.Token!, CancellationToken.None))
        {
            Drop(doubted);
            return (await Adopt(await LogIn()), false);
        }
        try
        {
            return (await Trial(await LogIn()), true);
        }
        catch (VolumeException) // then the no that there is counts
        {
            return null;
        }
    });

    /// <summary>A login beside the one there is, for one question; if it does no better it is given back.</summary>
    private async Task<VaultLogin> Trial(VaultAuth auth)
    {
        var trial = Add(auth);
        await Save();
        return trial;
    }

    private VaultLogin Add(VaultAuth auth)
    {
        var isEndless = auth.Life == TimeSpan.Zero;
        var login = new VaultLogin
        {
            Number = _record.NextLogin,
            Token = auth.Token,
            Accessor = auth.Accessor,
            Life = auth.Life,
            ExpiresAt = isEndless ? DateTimeOffset.MaxValue : Now + auth.Life,
            RenewAt = isEndless ? DateTimeOffset.MaxValue : Now + Half(auth.Life),
            IsRenewable = auth.IsRenewable,
        };
        _record = _record with { NextLogin = login.Number + 1, Logins = _record.Logins.Add(login) };
        return login;
    }

    /// <summary>It is the one that is used from now on, and takes the place of the one there was.</summary>
    private void Promote(VaultLogin login) => _record = _record with
    {
        Logins = [login, .. _record.Logins.Where(other => other.Number != login.Number)],
        Holdings = [.. _record.Holdings.Select(holding => !holding.HasLease ? holding : holding with { RenewAt = Now })],
    };

    private void Change(VaultLogin changed)
        => _record = _record with { Logins = [.. _record.Logins.Select(login => login.Number == changed.Number ? changed : login)] };

    /// <summary>The login is no more, and neither is what hung on it.</summary>
    private void Drop(VaultLogin gone) => _record = _record with
    {
        Logins = _record.Logins.RemoveAll(login => login.Number == gone.Number),
        Holdings = [.. _record.Holdings
            .Where(holding => holding.Login != gone.Number || _record.IsUsed(holding))
            .Select(holding => holding.Login == gone.Number ? holding with { RenewAt = Now, IsRenewable = false } : holding)],
    };

    /// <summary>Half its life, up to a tenth of it sooner, so that the logins of a node that were made together are not renewed together.</summary>
    private TimeSpan Half(TimeSpan life) => life * (0.5 - (0.1 * _chance()));

    /// <summary>Has the volumes come that use such holdings, each in its own time.</summary>
    private void Wake(Func<VaultHolding, bool> which)
    {
        var reads = _record.Holdings.Where(which).Select(holding => holding.Read).ToHashSet();
        foreach (var volume in _record.Uses.Where(use => use.Reads.Any(reads.Contains)).Select(use => use.Volume).Distinct())
            _ = Refresh(volume);
    }

    private async Task Refresh(string volume)
    {
        try
        {
            await GrainFactory.GetGrain<IVolumeGrain>(volume).Refresh(CancellationToken.None);
        }
        catch (Exception failure) // the volume is stale, and tries again in its own time
        {
            Log.VaultVolumeNotRefreshed(_log, volume, failure.Message);
        }
    }
}
