namespace ActorCsi.Silo.Operate;

/// <summary>What the operators' commands end with, for scripts.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Done, and something is wrong: a volume was not refreshed, doctor found an error. Also what a mistyped command line ends with.</summary>
    public const int Wrong = 1;

    /// <summary>There is no such volume, or several fit.</summary>
    public const int NoSuchVolume = 2;

    /// <summary>No driver answers.</summary>
    public const int NoDriver = 3;
}
