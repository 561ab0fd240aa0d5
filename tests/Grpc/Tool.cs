using System.Diagnostics;
using System.Text;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Rpc;

/// <summary>Runs another program to its end.</summary>
internal static class Tool
{
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    /// <summary>What it wrote to standard output, byte for byte (as Latin-1).</summary>
    public static async Task<string> RunAsync(string name, params string[] arguments)
    {
        var path = Find(name) ?? throw new InvalidOperationException($"{name} is not installed.");
        using var process = Process.Start(new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        Assert.True(process.ExitCode == 0, $"{name} ended with {process.ExitCode}: {await error}");
        return output;
    }
}
