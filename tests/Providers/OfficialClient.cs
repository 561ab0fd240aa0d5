using System.Diagnostics;
using ActorCsi.Fakes;

namespace ActorCsi.Tests.Providers;

/// <summary>
/// A store's own client from npm, which knows nothing of us, driving a server of these tests: so that our client is not tested against its own mirror.
/// </summary>
internal static class OfficialClient
{
    /// <summary>Installs packages in a directory of their own and runs a script there.</summary>
    /// <param name="packages">The packages, as <c>name@version</c>.</param>
    /// <param name="script">A file beside the test, as <c>Vault/node-vault.mjs</c>.</param>
    /// <param name="environment">What the script is told.</param>
    /// <returns>The lines that it printed.</returns>
    public static async Task<string[]> Run(string[] packages, string script, params (string Name, string Value)[] environment)
    {
        using var directory = new TemporaryDirectory();
        await Run(directory.Path, "npm", ["install", "--no-audit", "--no-fund", "--silent", .. packages]);
        var said = await Run(directory.Path, "node", [Path.Combine(AppContext.BaseDirectory, script)], environment);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> Run(string directory, string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program}: {await output}{await error}");
    }
}

/// <summary>A test that needs node and npm, and its registry. Skipped where there are none, but not in CI.</summary>
public sealed class NpmFactAttribute : FactAttribute
{
    public NpmFactAttribute()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!new[] { "node", "npm" }.All(program => path.Any(directory => File.Exists(Path.Combine(directory, program)))) && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "needs node and npm (Debian: apt-get install npm)";
    }
}
