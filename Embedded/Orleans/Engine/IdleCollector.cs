namespace ActorCsi.GrainEngine;

/// <summary>
/// Lets idle activations go. It looks at all of them once a quantum and asks whether a call began since it last looked; so calls need not read the clock.
/// An activation goes between its collection age and two quanta later.
/// </summary>
internal sealed class IdleCollector(Silo silo) : IDisposable
{
    private ITimer? _timer;

    public void Start()
    {
        _timer = CleanContext.CreateTimer(silo.Time, static collector => ((IdleCollector)collector!).Collect(), this, silo.Collection.CollectionQuantum);
    }

    public void Dispose() => _timer?.Dispose();

    private void Collect()
    {
        if (silo.IsStopping)
            return;
        var now = silo.Time.GetTimestamp();
        List<Activation> ofAge = [];
        foreach (var activation in silo.Catalog.InAnyOrder())
        {
            if (activation.WasUsed)
            {
                activation.WasUsed = false;
                activation.IdleSince = now;
            }
            else if (IsOfAge(activation, now))
            {
                ofAge.Add(activation);
            }
        }
        ofAge.Sort(Catalog.ById); // these few only: to sort all of them once a quantum costs more than all else that an idle silo does
        foreach (var activation in ofAge)
            activation.DeactivateIfIdle();
        _timer!.Change(silo.Collection.CollectionQuantum, Timeout.InfiniteTimeSpan);
    }

    private bool IsOfAge(Activation activation, long now)
    {
        var age = activation.Class.CollectionAge ?? silo.Collection.CollectionAge;
        return age != Timeout.InfiniteTimeSpan
            && !activation.IsBusy
            && activation.KeptUntil <= now
            && now - activation.IdleSince >= (long)(age.TotalSeconds * silo.Time.TimestampFrequency);
    }
}
