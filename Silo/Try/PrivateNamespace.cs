using System.Diagnostics;

namespace ActorCsi.Silo.Try;

/// <summary>
/// A mount namespace of our own, so that nothing mounted here is seen by the machine, or outlives the program. A running .NET process
/// has many threads and cannot move into another namespace, so the program starts itself again through unshare(1).
/// </summary>
internal static class PrivateNamespace
{
    private const string DirectoryVariable = "ACTORCSI_TRY_DIRECTORY";

    /// <summary>The directory to work in, when this process was started by <see cref="RunAgain"/>; else null.</summary>
    public static string? Directory => Environment.GetEnvironmentVariable(DirectoryVariable);

    /// <summary>Runs this program with <paramref name="args"/> in a new mount namespace; without root, in a user namespace too. Gives its exit code.</summary>
    public static async Task<int> RunAgain(string directory, string[] args, CancellationToken cancellationToken)
    {
        string[] user = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];
        var start = new ProcessStartInfo("unshare", [.. user, "--mount", "--propagation", "private", .. Self.Command, .. args]) { Environment = { [DirectoryVariable] = directory } };
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode == 1 && !Environment.IsPrivilegedProcess)
                await Console.Error.WriteLineAsync("actorcsi try mounts tmpfs. This user may not do that in a user namespace here; run it as root (sudo).");
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            await Console.Error.WriteLineAsync("actorcsi try needs Linux with unshare(1), which is part of util-linux.");
            return 1;
        }
    }
}

/// <summary>How this program is started.</summary>
internal static class Self
{
    /// <summary>The command that starts this program: its own executable, or dotnet and its assembly.</summary>
    public static string[] Command { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "actorcsi.dll")]
        : [Environment.ProcessPath!];
}
