using System.Diagnostics;

namespace ActorCsi.Tests.Mounts;

/// <summary>
/// Runs a function in a mount namespace and interferes with one of its system calls, by strace(1).
/// </summary>
/// <remarks>
/// strace counts calls for each thread. So the part that matters runs on a thread of its own, which waits until strace is attached to it, and
/// after a run through the same code on another thread: what remains to be counted is the driver's own system calls.
/// </remarks>
internal static class Tracer
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(1);

    /// <summary>In the traced process: runs <paramref name="act"/> on a thread of its own as soon as it is traced. Its failure fails the caller.</summary>
    public static void RunTraced(Action act)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            Console.WriteLine(TestLibc.ThreadId());
            Console.ReadLine();
            try
            {
                act();
            }
            catch (Exception caught)
            {
                failure = caught;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw failure;
    }

    /// <summary>
    /// Runs <paramref name="function"/>, which calls <see cref="RunTraced"/>, with the strace injection <paramref name="injection"/>
    /// (<c>mkdirat:signal=KILL:when=2</c>).
    /// </summary>
    public static TracedEnd Run(MountNamespace inside, string injection, Delegate function, params string[] args)
    {
        using var process = inside.Start(function, args);
        var errors = process.StandardError.ReadToEndAsync();
        var thread = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"ended too early: {errors.Result}");

        var call = injection[..injection.IndexOf(':')];
        using var tracer = Process.Start(new ProcessStartInfo("strace", ["-p", thread, "-e", $"trace={call}", "-e", $"inject={injection}"]) { RedirectStandardError = true })!;
        var attached = tracer.StandardError.ReadLine();
        if (attached?.Contains("attached", StringComparison.Ordinal) != true)
            throw new InvalidOperationException($"strace: {attached} {tracer.StandardError.ReadToEnd()}");

        process.StandardInput.WriteLine("go");
        process.StandardInput.Close();
        var calls = tracer.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(LongestRun))
        {
            process.Kill();
            throw new TimeoutException($"{function.Method.Name} with {injection} did not end");
        }
        return new TracedEnd(process.ExitCode, errors.Result, calls.Result.Contains("(INJECTED)", StringComparison.Ordinal));
    }
}

/// <summary>How a traced process ended.</summary>
/// <param name="ExitCode">0, 1 for a failure, 137 for a kill.</param>
/// <param name="Error">What it wrote to standard error.</param>
/// <param name="WasInjected">Whether it made the call that was to fail.</param>
internal sealed record TracedEnd(int ExitCode, string Error, bool WasInjected);
