using System.Diagnostics;

namespace ActorCsi.Tests.EndToEnd;

/// <summary><c>actorcsi try</c> shows what it says, and says so when it does not.</summary>
public sealed class TryTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [MountFact]
    public Task Try_Sound_EndsWithZeroAndLeavesNothing() => EndsWithZeroAndLeavesNothing(MountNamespace.DotNet, DriverRun.Program);

    /// <summary>What is shipped is trimmed: nothing that the whole life of a volume needs may be missing.</summary>
    [MountFact(Needs.Published)]
    public Task Try_AsPublished_EndsWithZeroAndLeavesNothing() => EndsWithZeroAndLeavesNothing(SourceTree.PublishedProgram);

    [MountFact]
    public async Task Try_DriverDies_EndsWithOneAndLeavesNothing()
    {
        using var program = Begin(MountNamespace.DotNet, DriverRun.Program);
        var errors = program.StandardError.ReadToEndAsync();
        while (await program.StandardOutput.ReadLineAsync() is { } line && !line.Contains("the driver serves", StringComparison.Ordinal))
        {
        }
        var output = program.StandardOutput.ReadToEndAsync();
        Process.GetProcessById(DriverOf(_temporary.Path)).Kill();
        await program.WaitForExitAsync();

        Assert.True(program.ExitCode == 1, $"exit code {program.ExitCode}: {await output}{await errors}");
        Assert.Contains("✗", await output);
        Assert.DoesNotContain("Unhandled exception", await errors);
        Assert.NotEmpty(await errors); // what the driver had to say
        Assert.Empty(Directory.GetFileSystemEntries(_temporary.Path));
    }

    private async Task EndsWithZeroAndLeavesNothing(params string[] command)
    {
        using var program = Begin(command);
        var (output, errors) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();

        Assert.True(program.ExitCode == 0, $"{await output}{await errors}");
        Assert.Contains("all as it should be", await output);
        Assert.Contains("the certificate rotated", await output);
        Assert.Empty(await errors);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary.Path));
    }

    private Process Begin(params string[] command) => Process.Start(new ProcessStartInfo(command[0], [.. command[1..], "try", "--rate", "60"])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["TMPDIR"] = _temporary.Path },
    })!;

    /// <summary>The process that was started with a socket in <paramref name="directory"/>.</summary>
    private static int DriverOf(string directory)
        => Process.GetProcesses().Single(process => CommandLine(process.Id).Contains($"unix://{directory}", StringComparison.Ordinal)).Id;

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException) // it has ended meanwhile
        {
            return "";
        }
    }
}
