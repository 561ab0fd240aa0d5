namespace ActorCsi.GrainEngine;

/// <summary>The calls that wait for their turn, oldest first, linked through <see cref="GrainCall.Next"/>.</summary>
internal sealed class CallQueue
{
    private GrainCall? _first;
    private GrainCall? _last;

    public int Count { get; private set; }

    public void Add(GrainCall call)
    {
        if (_last is null)
            _first = call;
        else
            _last.Next = call;
        _last = call;
        Count++;
    }

    /// <summary>Takes the oldest call that <paramref name="isMeant"/>.</summary>
    public GrainCall? Take(Func<GrainCall, bool> isMeant)
    {
        GrainCall? previous = null;
        for (var call = _first; call is not null; previous = call, call = call.Next)
        {
            if (!isMeant(call))
                continue;
            Unlink(call, previous);
            return call;
        }
        return null;
    }

    public List<GrainCall> TakeAll()
    {
        var calls = new List<GrainCall>(Count);
        while (_first is { } call)
        {
            Unlink(call, null);
            calls.Add(call);
        }
        return calls;
    }

    private void Unlink(GrainCall call, GrainCall? previous)
    {
        if (previous is null)
            _first = call.Next;
        else
            previous.Next = call.Next;
        if (ReferenceEquals(_last, call))
            _last = previous;
        call.Next = null;
        Count--;
    }
}
