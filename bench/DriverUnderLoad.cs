using System.Diagnostics;
using System.Text.RegularExpressions;
using ActorCsi.Protocol;
using Csi.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActorCsi.Bench;

/// <summary>A driver process and the callers that press on it.</summary>
internal sealed partial class DriverUnderLoad(string program, string root, params string[] options) : IAsyncDisposable
{
    // Requests are encoded before the watch runs: the driver is measured, not the load.
    private static readonly Marshaller<byte[]> Ready = Marshallers.Create(static bytes => bytes, static bytes => bytes);
    private static readonly Method<byte[], byte[]> PublishMethod = new(MethodType.Unary, "csi.v1.Node", "NodePublishVolume", Ready, Ready);
    private static readonly Method<byte[], byte[]> ProbeMethod = new(MethodType.Unary, "csi.v1.Identity", "Probe", Ready, Ready);

    private readonly string _socket = Path.Combine(root, "csi.sock");
    private Process? _process;
    private GrpcChannel? _channel;
    private TaskCompletionSource<string> _resumed = new();

    private GrpcChannel Channel => _channel ??= Connect();

    /// <summary>Starts the program and gives the time until it answered.</summary>
    public async Task<TimeSpan> Start()
    {
        Directory.CreateDirectory(Path.Combine(root, "classes"));
        await File.WriteAllTextAsync(Path.Combine(root, "classes", "token.yaml"), """
            apiVersion: secrets-store.csi.x-k8s.io/v1
            kind: SecretProviderClass
            metadata: {name: token, namespace: default}
            spec: {provider: token}
            """);
        _resumed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var state = Path.Combine("/dev/shm", Path.GetFileName(root)); // in memory, as /run is on a node
        var watch = Stopwatch.StartNew();
        _process = Process.Start(new ProcessStartInfo(program,
            ["serve", "--endpoint", "unix://" + _socket, "--state-dir", state, "--classes", Path.Combine(root, "classes"), "--rotation-poll-interval", "1h", .. options])
        { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null && ResumedLine().Match(line.Data) is { Success: true } match)
                _resumed.TrySetResult(match.Groups[1].Value);
        };
        _process.BeginOutputReadLine();
        while (true)
        {
            try
            {
                await new Identity.IdentityClient(Channel).ProbeAsync(new());
                return watch.Elapsed;
            }
            catch (RpcException) when (!_process.HasExited)
            {
                await Task.Delay(1);
            }
        }
    }

    public Task<string> ResumeTime() => _resumed.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public async Task Kill()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>RSS and anonymous memory of the driver, in MiB.</summary>
    public (double Rss, double Anonymous) Memory()
    {
        var status = File.ReadAllLines($"/proc/{_process!.Id}/status");
        double Mib(string name) => double.Parse(status.First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture) / 1024;
        return (Mib("VmRSS"), Mib("RssAnon"));
    }

    public async Task Probe(GrpcChannel channel) => await new Identity.IdentityClient(channel).ProbeAsync(new());

    /// <summary>A call that asks for nothing and carries as many bytes as a publish: what the way alone costs.</summary>
    public async Task ProbeWith(GrpcChannel channel, byte[] request) => await Send(channel, ProbeMethod, request);

    public async Task Publish(GrpcChannel channel, ReadyRequest volume) => await Send(channel, PublishMethod, volume.Bytes);

    public async Task Unpublish(GrpcChannel channel, ReadyRequest volume)
        => await new Node.NodeClient(channel).NodeUnpublishVolumeAsync(new() { VolumeId = volume.VolumeId, TargetPath = volume.TargetPath });

    private static async Task Send(GrpcChannel channel, Method<byte[], byte[]> method, byte[] request)
        => await channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, request);

    public async Task OnNewConnection(Func<GrpcChannel, Task> call)
    {
        using var channel = Connect();
        await call(channel);
    }

    /// <summary>One call for each item, by so many callers.</summary>
    public async Task<Timing> Each<T>(IEnumerable<T> items, int callers, Func<GrpcChannel, T, Task> call)
    {
        var queue = new System.Collections.Concurrent.ConcurrentQueue<T>(items);
        return await Press(callers, async (milliseconds) =>
        {
            while (queue.TryDequeue(out var item))
                milliseconds.Add(await Time(() => call(Channel, item)));
        });
    }

    /// <summary>The same call again and again for <paramref name="time"/>, by so many callers.</summary>
    public async Task<Timing> Repeat(int callers, TimeSpan time, Func<GrpcChannel, int, Task> call)
    {
        var watch = Stopwatch.StartNew();
        var next = -1;
        return await Press(callers, async (milliseconds) =>
        {
            while (watch.Elapsed < time)
                milliseconds.Add(await Time(() => call(Channel, Interlocked.Increment(ref next))));
        });
    }

    private static async Task<Timing> Press(int callers, Func<List<double>, Task> work)
    {
        var watch = Stopwatch.StartNew();
        var lists = Enumerable.Range(0, callers).Select(_ => new List<double>()).ToArray();
        await Task.WhenAll(lists.Select(list => Task.Run(() => work(list))));
        return Timing.Of(watch.Elapsed, [.. lists.SelectMany(list => list)]);
    }

    private static async Task<double> Time(Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private GrpcChannel Connect() => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        HttpHandler = UnixSocket.Handler(_socket),
        DisposeHttpClient = true,
    });

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_process is { HasExited: false })
            await Kill();
        _process?.Dispose();
        var state = Path.Combine("/dev/shm", Path.GetFileName(root));
        if (Directory.Exists(state))
            Directory.Delete(state, recursive: true);
    }

    [GeneratedRegex(@"1000 volumes resumed in (\d+ ms)")]
    private static partial Regex ResumedLine();
}
