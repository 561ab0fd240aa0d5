using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Tokens;

namespace ActorCsi.Grains;

// Wait: a refresh that is due and is not done yet, because its class is held or because it needs a token that kubelet has yet to bring.
public sealed partial class VolumeGrain
{
    /// <summary>How soon after the end of a hold its volumes go on.</summary>
    private static readonly TimeSpan HoldCheck = TimeSpan.FromMinutes(1);

    /// <summary>Whether the refresh that is due must wait. Asks no provider.</summary>
    private async Task<bool> MustWait()
    {
        var wait = await IsHeld() ? new PlannedRefresh(_time.GetUtcNow() + Jittered(HoldCheck), RefreshCause.Held) : WaitForToken();
        if (wait is not { } plan)
            return false;
        // Not written down: what is due before a restart is due after it.
        _state.State = Record with { RefreshAt = plan.At, RefreshCause = plan.Cause };
        ArmTimer();
        return true;
    }

    private async Task<bool> IsHeld()
    {
        if (Spec.ClassName.Length == 0)
            return false; // nobody can hold what is no object
        try
        {
            return await GrainFactory.GetGrain<IClassGrain>(ClassGrain.KeyOf(Spec.Pod.Namespace, Spec.ClassName)).Inspect() is not null;
        }
        catch (Exception failure) // a hold that cannot be read must not let certificates expire
        {
            Log.HoldNotRead(_log, Spec.VolumeId, failure);
            return false;
        }
    }

    /// <summary>Null when there is nothing to wait for, or when something else is wrong, which the refresh itself will tell.</summary>
    private PlannedRefresh? WaitForToken()
    {
        try
        {
            if (PeekClass() is not { } secretClass
                || TokensExpireAt(_providers.Find(secretClass.Provider).Demand(secretClass)) is not { } end)
                return null;
            return RefreshSchedule.WaitForToken(_time.GetUtcNow(), end, Record.ExpiresAt, isWaiting: Record.RefreshCause is RefreshCause.Token);
        }
        catch (VolumeException)
        {
            return null;
        }
    }

    /// <summary>When the first of the tokens expires that the provider will be shown; null when it is shown none.</summary>
    private DateTimeOffset? TokensExpireAt(TokenDemand demand)
    {
        if (demand == TokenDemand.None || Record.Tokens is not { } json)
            return null;
        DateTimeOffset? first = null;
        foreach (var token in PodTokensJson.Read(json).All)
        {
            token.Token.Erase();
            if (demand.Takes(token.Audience) && !(first < token.ExpiresAt))
                first = token.ExpiresAt;
        }
        return first;
    }
}
