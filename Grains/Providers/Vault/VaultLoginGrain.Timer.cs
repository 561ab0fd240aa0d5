namespace ActorCsi.Grains.Providers.Vault;

/// <summary>One timer for all that has its time: the login's renewal, another try at giving back, and the end of what could not be given back.</summary>
internal sealed partial class VaultLoginGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private IGrainTimer? _timer;

    private void ArmTimer()
    {
        if (NextTick() is not { } at)
        {
            _timer?.Dispose();
            _timer = null;
            return;
        }
        var wait = at - Now;
        var due = wait > LongestWait ? LongestWait : wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        if (_timer is null)
            _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { Interleave = true });
        else
            _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private DateTimeOffset? NextTick()
    {
        DateTimeOffset?[] times =
        [
            _record.Uses.IsEmpty ? null : Current?.RenewAt,
            _tidyAt,
            _record.Logins.Where(login => login.IsLeft).Select(login => (DateTimeOffset?)login.ExpiresAt).Min(),
            _record.Holdings.Where(holding => holding.IsLeft).Select(holding => (DateTimeOffset?)holding.ExpiresAt).Min(),
        ];
        return times.Min();
    }

    private async Task Tick()
    {
        if (!_record.Uses.IsEmpty && Current is { } login && login.RenewAt <= Now)
            await KeepLogin();
        if (_tidyAt <= Now || _record.Logins.Any(login => login.ExpiresAt <= Now) || _record.Holdings.Any(holding => holding.ExpiresAt <= Now))
            await Tidy();
        ArmTimer();
    }
}
