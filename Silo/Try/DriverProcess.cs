using System.Diagnostics;
using System.Globalization;
using ActorCsi.Silo.Serve;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Silo.Try;

/// <summary>The driver, as a process of its own: it can be killed without warning and started again.</summary>
internal sealed class DriverProcess(string root, FastTime clock, double rate) : IDisposable
{
    private readonly StreamWriter _log = new(Path.Combine(root, "driver.log")) { AutoFlush = true };
    private Process? _process;

    public string Socket => Path.Combine(root, "csi.sock");

    public string State => Path.Combine(root, "state");

    public string AdminSocket => Path.Combine(State, "admin.sock");

    public string Plugins => Path.Combine(root, "kubelet", "plugins_registry");

    /// <summary>Starts the driver and waits until its socket answers.</summary>
    public async Task Start(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Plugins);
        var now = clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Self.Command[0],
        [
            .. Self.Command[1..], "serve", "--endpoint", $"unix://{Socket}", "--state-dir", State, "--registration-dir", Plugins,
            "--classes", Path.Combine(root, "classes"), "--clock", now, "--clock-rate", rate.ToString(CultureInfo.InvariantCulture), "--metrics-addr", "",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // its debugger's sockets in /tmp would outlive the kill
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Log;
        _process.ErrorDataReceived += Log;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Kubelet.WaitUntilServed(Socket, _process, cancellationToken);
        await Kubelet.WaitUntilAnswered(AdminSocket, _process, async channel => await new AdminClient(channel).ListVolumesAsync(new(), cancellationToken: cancellationToken), cancellationToken);
    }

    /// <summary>SIGTERM, as at the end of a container.</summary>
    public async Task Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
    }

    /// <summary>kill -9: no farewell, no last write.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
            _process.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _log.Dispose();
    }

    private void Log(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            if (line.Data is not null && _log.BaseStream.CanWrite)
                _log.WriteLine(line.Data);
    }
}
