namespace ActorCsi.Silo.Doctor;

/// <summary>What stands where a socket should be.</summary>
internal enum SocketState
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A file that nobody listens behind: what a process that was killed leaves.</summary>
    Dead,

    /// <summary>We may not connect.</summary>
    Denied,

    /// <summary>Somebody listens.</summary>
    Open,
}
