using System.Diagnostics;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>strace(1), attached to a running driver: it kills it (SIGKILL) as it enters a system call.</summary>
/// <remarks>
/// strace counts the calls of each thread by itself, so the driver should have one worker thread only (<see cref="OneWorker"/>): then the
/// calls of one step are counted one after the other, whichever way they hop between turns.
/// </remarks>
internal sealed class DeathSentence : IDisposable
{
    /// <summary>What a driver's environment needs.</summary>
    public const string OneWorker = "DOTNET_ThreadPool_ForceMaxWorkerThreads=1";

    private readonly Process _strace;

    private DeathSentence(Process strace) => _strace = strace;

    /// <summary>Kills <paramref name="driver"/> in its call number <paramref name="which"/> of <paramref name="call"/>, counted from now.</summary>
    public static DeathSentence On(DriverRun driver, string call, int which)
    {
        var start = new ProcessStartInfo("strace", ["-f", "-p", driver.Id, "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={which}"])
        {
            RedirectStandardError = true,
        };
        var strace = Process.Start(start)!;
        var attached = strace.StandardError.ReadLine();
        if (attached?.Contains("attached", StringComparison.Ordinal) != true)
            throw new InvalidOperationException($"strace: {attached} {strace.StandardError.ReadToEnd()}");
        _ = strace.StandardError.ReadToEndAsync(); // it goes on telling of new threads
        return new DeathSentence(strace);
    }

    /// <summary>Takes it back, when it was not carried out.</summary>
    public void Dispose()
    {
        if (!_strace.HasExited)
            using (var kill = Process.Start("kill", ["-TERM", $"{_strace.Id}"])) // to be asked, it lets the driver go
                kill.WaitForExit();
        _strace.WaitForExit();
        _strace.Dispose();
    }
}
