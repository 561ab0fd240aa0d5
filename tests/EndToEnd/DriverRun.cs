using System.Diagnostics;
using System.Globalization;
using ActorCsi.Silo.Try;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>One run of <c>actorcsi serve</c>, from its start to its end, however it ends.</summary>
internal sealed class DriverRun : IDisposable
{
    public const int Killed = 137;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "actorcsi.dll");

    private readonly Process _process;
    private readonly List<string> _lines = []; // and its own lock

    private DriverRun(Process process)
    {
        _process = process;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The process, as strace and kill(1) know it.</summary>
    public string Id => _process.Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>What it wrote to standard output and standard error so far.</summary>
    public string Log
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>Starts it, and leaves it to itself.</summary>
    public static DriverRun Begin(MountNamespace inside, IEnumerable<string> options, IEnumerable<string> environment)
        => new(inside.Start(["env", .. environment, MountNamespace.DotNet, Program, "serve", .. options]));

    /// <summary>Waits until the socket answers; fails when the process ends before.</summary>
    public async Task<DriverRun> WaitUntilServed(string socket)
    {
        try
        {
            await Kubelet.WaitUntilServed(socket, _process, CancellationToken.None).WaitAsync(Patience);
            return this;
        }
        catch (Exception failure) when (failure is RpcException or TimeoutException)
        {
            throw new InvalidOperationException($"the driver does not serve:\n{Log}", failure);
        }
    }

    /// <summary>Waits for a line that holds <paramref name="words"/>.</summary>
    public Task WaitForLine(string words) => Until.Holds(() => Log.Contains(words, StringComparison.Ordinal), $"a log line with '{words}'");

    /// <summary>kill -9: no farewell, no last write.</summary>
    public Task Kill()
    {
        _process.Kill();
        return WaitForEnd();
    }

    /// <summary>SIGTERM, as at the end of a container.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", Id]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end and gives the exit code: 137 for a kill.</summary>
    public async Task<int> WaitForEnd()
    {
        using var bound = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(bound.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_lines)
            if (line.Data is not null)
                _lines.Add(line.Data);
    }
}
