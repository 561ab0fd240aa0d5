using System.Runtime.InteropServices;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>The kernel's error numbers that mean something here, and what is told of the others.</summary>
internal static class Errno
{
    public const int EPerm = 1;
    public const int ENoEnt = 2;
    public const int ENoMem = 12;
    public const int EAccess = 13;
    public const int EBusy = 16;
    public const int EExist = 17;
    public const int ENotDir = 20;
    public const int EIsDir = 21;
    public const int EInval = 22;
    public const int ENFile = 23;
    public const int EMFile = 24;
    public const int ENoSpc = 28;
    public const int ENotEmpty = 39;
    public const int ELoop = 40;
    public const int EDQuot = 122;

    /// <summary>The error number of the last call into <see cref="Libc"/> on this thread.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>Whether the machine had not enough of something to even look: no answer to the question that was asked.</summary>
    public static bool IsShortage(int errno) => errno is ENoMem or ENFile or EMFile;

    /// <summary>The last call failed: <paramref name="what"/> says what was tried, such as <c>mkdir /a/b</c>.</summary>
    public static VolumeException Failure(string what) => Failure(what, Last);

    /// <inheritdoc cref="Failure(string)"/>
    public static VolumeException Failure(string what, int errno)
        => new(errno is ENoSpc or EDQuot or ENoMem ? VolumeError.Full : VolumeError.Internal, $"{what}: {Marshal.GetPInvokeErrorMessage(errno)}");
}
