using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorCsi.Testing;

/// <summary>Whose namespace it is.</summary>
public enum Privilege
{
    /// <summary>Root's, when the tests run as root; else a user namespace's root, who may mount but owns no other group.</summary>
    Most,

    /// <summary>A user namespace's root in any case. Tests that run as root become `nobody` first.</summary>
    Least,
}

/// <summary>
/// A mount namespace of its own, in which functions of the tests run as processes: what they mount, nobody else sees, and when the last of
/// them has ended it is gone.
/// </summary>
/// <remarks>
/// A running .NET process has many threads and cannot move into another mount namespace. So a shell is started in a new one and waits there,
/// holding it, and each function is a new process of this program that enters it (nsenter). The shell ends when its standard input does,
/// which is when this process has ended, however that came about.
/// </remarks>
public sealed class MountNamespace : IDisposable
{
    /// <summary>The <c>dotnet</c> that runs this program.</summary>
    public static readonly string DotNet = Path.GetFullPath("../../../dotnet", RuntimeEnvironment.GetRuntimeDirectory());
    private const string ScratchVariable = "ACTORCSI_SCRATCH";
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(2);

    private readonly Process _holder;
    private readonly DirectoryInfo _scratch;
    private readonly string[] _become;
    private readonly string[] _userToo;

    /// <summary>A new namespace.</summary>
    public MountNamespace(Privilege privilege = Privilege.Most)
    {
        var isRoot = Environment.IsPrivilegedProcess;
        _become = isRoot && privilege is Privilege.Least ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : [];
        _userToo = isRoot && privilege is Privilege.Most ? [] : ["--user"];
        string[] mapRoot = _userToo.Length == 0 ? [] : ["--map-root-user"];

        _scratch = System.IO.Directory.CreateTempSubdirectory("actorcsi-mounts-");
        _scratch.UnixFileMode = (UnixFileMode)0x1FF; // 0777: for nobody too
        _holder = Begin([.. _become, "unshare", .. _userToo, .. mapRoot, "--mount", "--propagation", "private", "sh", "-c", "echo ready; read line"]);
        if (_holder.StandardOutput.ReadLine() != "ready")
        {
            var reason = _holder.StandardError.ReadToEnd().Trim();
            Dispose();
            throw new InvalidOperationException($"no mount namespace to be had: {reason}");
        }
    }

    /// <summary>Why no mount namespace can be had here, with most or with least privilege; null when both can.</summary>
    public static string? Missing { get; } = FindMissing(Privilege.Most) ?? FindMissing(Privilege.Least);

    /// <summary>In a function that runs in a namespace: an empty directory to work in.</summary>
    public static string Scratch => Environment.GetEnvironmentVariable(ScratchVariable) ?? throw new InvalidOperationException("not inside a mount namespace");

    /// <summary>The directory that <see cref="Scratch"/> is in functions, seen from outside: without what is mounted there.</summary>
    public string Directory => _scratch.FullName;

    /// <summary>The mounts at <paramref name="target"/> in this namespace, the lowest first.</summary>
    public List<MountTable> Mounts(string target) => MountTable.At(target, $"/proc/{_holder.Id}/mountinfo");

    /// <summary>Where <paramref name="path"/> of this namespace can be read from outside, with what is mounted there: see proc_pid_root(5).</summary>
    public string Seen(string path) => $"/proc/{_holder.Id}/root{path}";

    /// <summary>Runs <paramref name="body"/> in a namespace of its own. It fails as it fails there.</summary>
    public static void Run(Action body, Privilege privilege = Privilege.Most)
    {
        using var inside = new MountNamespace(privilege);
        inside.Execute(body);
    }

    /// <inheritdoc cref="Run(Action, Privilege)"/>
    public static void Run(Action<string[]> body, string[] args, Privilege privilege = Privilege.Most)
    {
        using var inside = new MountNamespace(privilege);
        inside.Execute(body, args);
    }

    /// <summary>Runs a function with <paramref name="args"/> in this namespace, in a new process. It fails as it fails there.</summary>
    public void Execute(Delegate body, params string[] args)
    {
        using var process = Start(body, args);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var failure = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(LongestRun))
        {
            process.Kill();
            throw new TimeoutException($"{body.Method.Name} did not end within {LongestRun}: {failure.Result}");
        }
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"in the mount namespace (exit code {process.ExitCode}): {failure.Result}{output.Result}");
    }

    /// <summary>Starts a function with <paramref name="args"/> in this namespace and leaves it to the caller.</summary>
    public Process Start(Delegate body, params string[] args)
        => Start([DotNet, body.Method.Module.Assembly.Location, .. RemoteFunction.CommandLine(body, args)]);

    /// <summary>Starts a program in this namespace and leaves it to the caller. Its id is that of the program itself.</summary>
    public Process Start(params IEnumerable<string> command)
    {
        string[] keep = _userToo.Length == 0 ? [] : ["--preserve-credentials"];
        return Begin([.. _become, "nsenter", $"--target={_holder.Id}", "--mount", .. _userToo, .. keep, "--", .. command]);
    }

    /// <summary>Runs a program in this namespace to its end and gives what it printed. It must end with 0.</summary>
    public string Output(params string[] command)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        var failure = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)} (exit code {process.ExitCode}): {failure.Result}{output}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
        _scratch.Delete(recursive: true);
    }

    private Process Begin(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            Environment =
            {
                [ScratchVariable] = _scratch.FullName,
                ["DOTNET_EnableDiagnostics"] = "0", // no debugger socket in /tmp
            },
        };
        return Process.Start(start)!;
    }

    private static string? FindMissing(Privilege privilege)
    {
        try
        {
            using var inside = new MountNamespace(privilege);
            inside.Output("sh", "-c", "mount -t tmpfs none \"$0\" && test -r \"$1\"", inside._scratch.FullName, typeof(MountNamespace).Assembly.Location);
            return null;
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return $"needs a mount namespace ({failure.Message})";
        }
    }
}
