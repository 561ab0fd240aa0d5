using System.Diagnostics;

namespace ActorCsi.Bench;

/// <summary>
/// Measures the published program on its real socket, and the grain engine in process. Prints a table; docs/PERFORMANCE.md holds the last one.
/// </summary>
/// <remarks>
/// <c>dotnet publish Silo -c Release &amp;&amp; dotnet run -c Release --project bench</c>, as root: everything runs in a mount namespace of its own.
/// Arguments choose parts: <c>engine</c>, <c>start</c>, <c>calls</c>, <c>memory</c>, <c>classes</c>; none means all.
/// </remarks>
internal static class Program
{
    private const string Inside = "ACTORCSI_BENCH_INSIDE";

    private static async Task<int> Main(string[] args)
    {
        var program = Path.GetFullPath("Silo/bin/Release/net10.0/linux-x64/publish/actorcsi");
        if (!File.Exists(program))
        {
            await Console.Error.WriteLineAsync($"{program} is not there. Publish it first: dotnet publish Silo -c Release");
            return 1;
        }
        if (Environment.GetEnvironmentVariable(Inside) != "1")
            return await RunInNamespace(args);

        var report = new Report();
        if (Wants("engine"))
            await EngineBench.Run(report);
        await DriverBench.Run(program, report, Wants);
        report.Print();
        return 0;

        bool Wants(string part) => args.Length == 0 || args.Contains(part);
    }

    private static async Task<int> RunInNamespace(string[] args)
    {
        var start = new ProcessStartInfo("unshare", ["--mount", "--propagation", "private", Environment.ProcessPath!, .. args]);
        start.Environment[Inside] = "1";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
