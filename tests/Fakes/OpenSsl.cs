using System.Diagnostics;

namespace ActorCsi.Fakes;

/// <summary>The <c>openssl</c> program: what it says of a certificate, nobody here has had a hand in.</summary>
public static class OpenSsl
{
    /// <summary>Runs it and gives what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is what it printed.</exception>
    public static async Task<string> Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"openssl {string.Join(' ', arguments)}: {await output}{await error}");
    }

    /// <summary>Whether the program is there.</summary>
    public static bool IsThere => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, "openssl")));
}
