namespace ActorCsi.Testing;

/// <summary>What a test needs beyond a mount namespace of its own.</summary>
[Flags]
public enum Needs
{
    /// <summary>Nothing.</summary>
    Nothing = 0,

    /// <summary>Root itself: groups other than one's own, capabilities to drop.</summary>
    Root = 1,

    /// <summary>To stop a process in the middle of a system call: root, and strace.</summary>
    Tracing = 2,

    /// <summary>The program as it is published for this machine, trimmed and compiled: <c>dotnet publish Silo -c Release</c>.</summary>
    Published = 4,
}

/// <summary>A test that needs a mount namespace. Where it, or something else that it needs, cannot be had it is skipped; in CI it fails.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    /// <inheritdoc cref="MountFactAttribute"/>
    public MountFactAttribute(Needs needs = Needs.Nothing) => Skip = Prerequisite.ReasonToSkip(needs);
}

/// <inheritdoc cref="MountFactAttribute"/>
public sealed class MountTheoryAttribute : TheoryAttribute
{
    /// <inheritdoc cref="MountFactAttribute"/>
    public MountTheoryAttribute(Needs needs = Needs.Nothing) => Skip = Prerequisite.ReasonToSkip(needs);
}

/// <summary>What this machine lacks. A laptop may lack things; CI may not, so there the test runs and fails.</summary>
internal static class Prerequisite
{
    public static string? ReasonToSkip(Needs needs)
        => Environment.GetEnvironmentVariable("CI") == "true" ? null : MountNamespace.Missing ?? Missing(needs);

    private static string? Missing(Needs needs)
    {
        if (needs.HasFlag(Needs.Root) && !Environment.IsPrivilegedProcess)
            return "needs root";
        if (needs.HasFlag(Needs.Published) && !File.Exists(SourceTree.PublishedProgram))
            return "needs the published program (dotnet publish Silo -c Release)";
        if (!needs.HasFlag(Needs.Tracing))
            return null;
        if (!Environment.IsPrivilegedProcess)
            return "needs root, to attach strace";
        return File.Exists("/usr/bin/strace") ? null : "needs strace (apt-get install strace)";
    }
}
