namespace ActorCsi.Tests.Simulation;

/// <summary>The process is dead: whatever it still tries has no effect.</summary>
internal sealed class ProcessDied() : Exception("the simulated process has crashed");

/// <summary>One run of the driver's process, from start to crash.</summary>
internal sealed class Life
{
    public bool IsOver { get; private set; }

    /// <summary>Ends the process here and now.</summary>
    public void End()
    {
        IsOver = true;
        throw new ProcessDied();
    }

    /// <summary>Ends the process from outside.</summary>
    public void EndFromOutside() => IsOver = true;

    /// <summary>A dead process does nothing.</summary>
    public void Check()
    {
        if (IsOver)
            throw new ProcessDied();
    }
}
