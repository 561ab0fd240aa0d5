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
    /// (<c>mkdirat:signal=KILL:when=2</c>). Returns its exit code, 137 for a kill, and what it wrote to standard error.
    /// </summary>
    public static (int ExitCode, string Error) Run(MountNamespace inside, string injection, Delegate function, params string[] args)
    {
        using var process = inside.Start(function, args);
        var errors = process.StandardError.ReadToEndAsync();
        var thread = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"ended too early: {errors.Result}");

        var call = injection[..injection.IndexOf(':')];
        using var tracer = Process.Start(new ProcessStartInfo("strace", ["-p", thread, "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={injection}"]) { RedirectStandardError = true })!;
        var attached = tracer.StandardError.ReadLine();
        if (attached?.Contains("attached", StringComparison.Ordinal) != true)
            throw new InvalidOperationException($"strace: {attached} {tracer.StandardError.ReadToEnd()}");

        process.StandardInput.WriteLine("go");
        process.StandardInput.Close();
        if (!process.WaitForExit(LongestRun))
        {
            process.Kill();
            throw new TimeoutException($"{function.Method.Name} with {injection} did not end");
        }
        tracer.WaitForExit();
        return (process.ExitCode, errors.Result);
    }
}
