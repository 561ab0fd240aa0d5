using System.Diagnostics;

namespace ActorCsi.Tests.Deploy;

/// <summary>kubectl and helm.</summary>
internal static class Tool
{
    // Real time: it ends a broken test, it never decides about a sound one, however busy the machine is.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    /// <summary>What it wrote to standard output; throws with what it wrote to standard error when it fails.</summary>
    public static async Task<string> Run(string name, params string[] arguments)
    {
        var path = Find(name) ?? throw new InvalidOperationException($"{name} is not installed.");
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode == 0 ? output : throw new ToolFailure($"{name} {string.Join(' ', arguments)}: {await error}");
    }
}

/// <summary>A tool refused what it was given.</summary>
internal sealed class ToolFailure(string message) : Exception(message);

/// <summary>A test that renders manifests with the tools that a cluster's operators use: without them skipped on a laptop, run (and failed) in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RenderFactAttribute : FactAttribute
{
    public RenderFactAttribute() => Skip = Missing.Reason;

    internal static class Missing
    {
        public static string? Reason { get; } = Environment.GetEnvironmentVariable("CI") == "true" ? null
            : ((string[])["kubectl", "helm"]).Where(tool => Tool.Find(tool) is null).ToArray() is { Length: > 0 } missing ? $"not installed: {string.Join(", ", missing)}"
            : null;
    }
}

/// <inheritdoc cref="RenderFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RenderTheoryAttribute : TheoryAttribute
{
    public RenderTheoryAttribute() => Skip = RenderFactAttribute.Missing.Reason;
}
