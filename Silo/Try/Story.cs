using ActorCsi.Silo.Serve;
using Csi.V1;
using Grpc.Core;
using Spectre.Console;

namespace ActorCsi.Silo.Try;

/// <summary>What <c>try</c> shows, in order: start, publish, republish, rotation, kill and restart, unpublish, nothing left.</summary>
internal sealed class Story : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 21, 4, 24, 10, TimeSpan.Zero);

    private readonly string _root;
    private readonly FastTime _clock;
    private readonly DriverProcess _driver;
    private readonly Screen _screen;
    private readonly Recording _certificate;
    private readonly Recording _token;
    private readonly List<string> _faults = [];
    private readonly HashSet<string> _generations = [];
    private bool _wasKilled;

    public Story(string root, double rate)
    {
        _root = root;
        _clock = new FastTime(Begin, rate);
        _driver = new DriverProcess(root, _clock, rate);
        _screen = new Screen(_clock.GetUtcNow);
        var kubelet = Path.Combine(root, "kubelet");
        _certificate = Recording.Load("pod-tokens-in-secrets.jsonl", "certificate", kubelet, "certificate");
        _token = Recording.Load("pod-tokens-in-volume-context.jsonl", "token", kubelet, "token");
    }

    /// <summary>Gives 0 when everything went as it should, 1 when not.</summary>
    public Task<int> Tell(CancellationToken cancellationToken) => _screen.Show(async () =>
    {
        try
        {
            WriteClasses();
            await _driver.Start(cancellationToken);
            _screen.Tell("the driver serves on a private socket");
            await PlayRecordings(cancellationToken);
            await _driver.Stop();
            CheckNothingIsLeft();
        }
        catch (RpcException e)
        {
            Fault($"the driver does not answer any more: {e.StatusCode} {e.Status.Detail}");
        }
        return Verdict();
    });

    private void WriteClasses()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, "classes")).FullName;
        File.WriteAllText(Path.Combine(directory, "classes.yaml"), """
            apiVersion: secrets-store.csi.x-k8s.io/v1
            kind: SecretProviderClass
            metadata: {name: certificate, namespace: default}
            spec:
              provider: pki
              parameters:
                duration: 6m
                dnsNames: ${POD_NAME}.${POD_NAMESPACE}.svc
            ---
            apiVersion: secrets-store.csi.x-k8s.io/v1
            kind: SecretProviderClass
            metadata: {name: token, namespace: default}
            spec:
              provider: token
              parameters:
                objects: |
                  - {audience: vault, path: vault/token, mode: 0o400}
            """);
    }

    private async Task PlayRecordings(CancellationToken cancellationToken)
    {
        var calls = _certificate.Calls.Select(call => (_certificate, call)).Concat(_token.Calls.Select(call => (_token, call))).OrderBy(pair => pair.call.At);
        foreach (var (recording, call) in calls)
        {
            await WaitUntil(call.At, cancellationToken);
            await Play(recording, call, cancellationToken);
        }
    }

    private async Task Play(Recording recording, RecordedCall call, CancellationToken cancellationToken)
    {
        var verb = call.Request.Descriptor.Name.Replace("Request", "", StringComparison.Ordinal);
        try
        {
            await Kubelet.Call(_driver.Socket, call.Request, cancellationToken);
            _screen.Tell($"kubelet: {verb} [blue]{recording.Name}[/] → OK");
        }
        catch (RpcException e)
        {
            Fault($"{verb} {recording.Name}: {e.StatusCode} {e.Status.Detail}");
        }
        if (call.Request is NodeUnpublishVolumeRequest unpublish)
            Expect(!Directory.Exists(unpublish.TargetPath), $"the {recording.Name} volume is gone");
    }

    private async Task KillAndRestart(CancellationToken cancellationToken)
    {
        _wasKilled = true;
        var before = (View(_certificate), View(_token));
        _screen.Tell("[red]kill -9[/] the driver");
        await _driver.Kill();
        Expect((View(_certificate), View(_token)) == before, "with the driver dead, pods read the same mounts and bytes");
        await _driver.Start(cancellationToken);
        await Look(cancellationToken);
        Expect((View(_certificate), View(_token)) == before, "after the restart, the same mounts, generations and bytes: no provider was asked");
    }

    /// <summary>Lets the time pass, with an eye on the volumes.</summary>
    private async Task WaitUntil(DateTimeOffset time, CancellationToken cancellationToken)
    {
        while (time - _clock.GetUtcNow() is { } wait && wait > TimeSpan.Zero)
        {
            await Look(cancellationToken);
            if (!_wasKilled && _generations.Count > 1) // right after a rotation: the next one is minutes away, and cannot be taken for a change by the restart
                await KillAndRestart(cancellationToken);
            var pause = _clock.Slow(wait);
            await Task.Delay(pause < LookEvery ? pause : LookEvery, cancellationToken);
        }
    }

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private async Task Look(CancellationToken cancellationToken)
    {
        using var channel = Kubelet.Connect(_driver.AdminSocket);
        var volumes = await new Admin.V1.Admin.AdminClient(channel).ListVolumesAsync(new(), cancellationToken: cancellationToken);
        _screen.Update([.. volumes.Volumes.Select(volume => (volume, volume.Targets is [var target, ..] ? VolumeView.Read(target) : null))]);

        if (View(_certificate) is not { } view)
            return;
        if (view.Pair is not true)
            Fault("a certificate was readable without its key");
        if (_generations.Add(view.Generation) && _generations.Count > 1)
            _screen.Tell($"the certificate [green]rotated[/]: {view.Digest}, key and certificate together");
    }

    private static VolumeView? View(Recording recording) => VolumeView.Read(recording.FirstPublish.TargetPath);

    private void CheckNothingIsLeft()
    {
        Expect(_generations.Count >= 3, $"the certificate rotated {_generations.Count - 1} times while the pod ran");
        Expect(!File.ReadLines("/proc/self/mountinfo").Any(line => line.Contains(_root, StringComparison.Ordinal)), "no mount is left");
        Expect(!Directory.EnumerateFiles(Path.Combine(_driver.State, "volumes")).Any(), "no volume is remembered");
    }

    private void Expect(bool holds, string what)
    {
        if (holds)
            _screen.Tell($"[green]✓[/] {what}");
        else
            Fault($"not so: {what}");
    }

    private void Fault(string what)
    {
        _faults.Add(what);
        _screen.Tell($"[red]✗ {Markup.Escape(what)}[/]");
    }

    public void Dispose() => _driver.Dispose();

    private int Verdict()
    {
        _screen.Tell(_faults is [] ? "[green]all as it should be[/]" : $"[red]{_faults.Count} things went wrong[/]");
        if (_faults.Count > 0)
            Console.Error.WriteLine(File.ReadAllText(Path.Combine(_root, "driver.log")));
        return _faults is [] ? 0 : 1;
    }
}
