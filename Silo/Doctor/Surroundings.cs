using System.Net.Sockets;
using System.Text.Json;
using ActorCsi.Admin.V1;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Kubernetes;
using ActorCsi.Protocol;
using ActorCsi.Silo.Operate;
using ActorCsi.Silo.Serve;
using Grpc.Core;
using Grpc.Net.Client;
using CallOptions = Grpc.Core.CallOptions; // and not the Kubernetes client's

namespace ActorCsi.Silo.Doctor;

/// <summary>
/// All of the outside world that checks look at. What is looked at is the driver's: its files as it sees them, its process, its sockets. Where no driver runs,
/// this process stands in for it.
/// </summary>
internal sealed record Surroundings
{
    private const int MostLinks = 40; // as the kernel's ELOOP

    /// <summary>How long any socket may take to answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What the driver was told, or would be.</summary>
    public required ServeOptions Options { get; init; }

    /// <summary>kubelet's directory, as the driver sees it.</summary>
    public required string KubeletDirectory { get; init; }

    /// <summary>In front of every path of the driver's: <c>/proc/PID/root</c> where it lives in a container and we do not.</summary>
    public string Root { get; init; } = "";

    /// <summary>In front of <c>/proc</c> and <c>/sys</c>.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>The driver's process id, or <c>self</c>.</summary>
    public string Process { get; init; } = "self";

    /// <summary>Whether a driver was found running.</summary>
    public bool IsDriverRunning { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Mounts a tmpfs and takes it away again; gives what the kernel said when it would not. Null where that would prove nothing.</summary>
    public Func<string?>? TryMount { get; init; }

    /// <summary>How many bytes are free where this path lies.</summary>
    public Func<string, long> FreeBytes { get; init; } = path => new DriveInfo(path).AvailableFreeSpace;

    /// <summary>The API server; null where there is none.</summary>
    public IKubernetes? Cluster { get; init; }

    /// <summary>Whether <see cref="Cluster"/> is asked as the driver: with its own service account or kubeconfig.</summary>
    public bool IsClusterAskedAsDriver { get; init; } = true;

    /// <summary>Why there is no <see cref="Cluster"/> although one was named; null otherwise.</summary>
    public string? ClusterFault { get; init; }

    /// <summary>Whether volumes of the driver name classes: in the place of cert-manager's drivers they say in their attributes what they want.</summary>
    public bool MountsClasses => InlineClass.ProviderOf(Options.DriverName) is null;

    /// <summary>The operators' socket.</summary>
    public string AdminSocket => Path.Combine(Options.StateDirectory, "admin.sock");

    /// <summary>Where kubelet looks for registrations, as the driver sees it.</summary>
    public string RegistrationDirectory => Options.RegistrationDirectory.Length > 0 ? Options.RegistrationDirectory : Path.Combine(KubeletDirectory, "plugins_registry");

    /// <summary>Where kubelet keeps the pods' volumes.</summary>
    public string PodsDirectory => Path.Combine(KubeletDirectory, "pods");

    /// <summary>Where a path of the driver's is for us. Its links are followed in its world, not in ours.</summary>
    public string At(string path)
    {
        if (Root.Length == 0)
            return path;
        var links = 0;
        return Root + Follow("/", path, ref links);
    }

    private string Follow(string directory, string path, ref int links)
    {
        var place = path.StartsWith('/') ? "/" : directory;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.GetFullPath(Path.Combine(place, name));
            place = new FileInfo(Root + next).LinkTarget is { } target && ++links < MostLinks ? Follow(place, target, ref links) : next;
        }
        return place;
    }

    /// <summary>The content of a file of <c>/proc</c> or <c>/sys</c>; null when there is none.</summary>
    public string? KernelFile(string path) => Read(Kernel + path);

    /// <summary>The content of a file of the driver's process in <c>/proc</c>; null when there is none.</summary>
    public string? ProcessFile(string name) => KernelFile($"/proc/{Process}/{name}");

    /// <summary>One field of the driver's <c>/proc/PID/status</c>.</summary>
    public string? ProcessStatus(string field)
        => ProcessFile("status")?.Split('\n').FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal))?[(field.Length + 1)..].Trim();

    /// <summary>An environment variable of the driver's.</summary>
    public string? Variable(string name)
        => ProcessFile("environ")?.Split('\0').FirstOrDefault(variable => variable.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    /// <summary>What is mounted where, as the driver sees it.</summary>
    public IReadOnlyList<MountEntry> Mounts() => MountEntry.ReadAll(ProcessFile("mountinfo") ?? "");

    /// <summary>The mount that <paramref name="path"/> lies in.</summary>
    public MountEntry? MountOf(string path) => Mounts().Where(mount => IsIn(path, mount.Point)).MaxBy(mount => mount.Point.TrimEnd('/').Length);

    /// <summary>The volumes that this driver has mounted. One of another name may run beside it, and mounts in the same way.</summary>
    public IEnumerable<MountEntry> VolumeMounts()
        => Mounts().Where(mount => mount is { Type: "tmpfs", Source: LinuxTmpfs.Source } && IsIn(mount.Point, PodsDirectory) && !IsAnothers(mount.Point));

    /// <summary>kubelet writes down beside each volume whose it is (<c>vol_data.json</c>); where it has not, nobody else claims it.</summary>
    private bool IsAnothers(string target)
    {
        try
        {
            if (Read(At(Path.Combine(Path.GetDirectoryName(target)!, "vol_data.json"))) is not { } text)
                return false;
            using var volume = JsonDocument.Parse(text);
            return volume.RootElement.TryGetProperty("driverName", out var driver) && driver.GetString() != Options.DriverName;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The files of a directory of the driver's, as it names them, sorted; none where there is no such directory.</summary>
    public IReadOnlyList<string> FilesIn(string directory, string pattern)
        => Directory.Exists(At(directory))
            ? [.. Directory.GetFiles(At(directory), pattern).Select(path => Path.Combine(directory, Path.GetFileName(path))).Order(StringComparer.Ordinal)]
            : [];

    private static bool IsIn(string path, string directory) => path == directory || path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>What stands at the path of a socket.</summary>
    public async Task<SocketState> Probe(string socket, CancellationToken cancellationToken)
    {
        if (!File.Exists(At(socket)))
            return SocketState.Missing;
        try
        {
            await using var connection = await UnixSocket.Connect(At(socket), cancellationToken);
            return SocketState.Open;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.AccessDenied ? SocketState.Denied : SocketState.Dead;
        }
    }

    /// <summary>One call to a gRPC service on a socket; null when it is not answered in time, or with an error.</summary>
    public async Task<T?> Ask<T>(string socket, Func<GrpcChannel, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken) where T : class
    {
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = UnixSocket.Handler(At(socket)),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = OperatorCommand.LargestAnswer,
        });
        try
        {
            return await call(channel, new CallOptions(deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken));
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The volumes of the driver that runs; null when none does.</summary>
    public async Task<IReadOnlyList<Volume>?> Volumes(CancellationToken cancellationToken)
        => IsDriverRunning
            ? (await Ask(AdminSocket, (channel, options) => new Admin.V1.Admin.AdminClient(channel).ListVolumesAsync(new(), options), cancellationToken))?.Volumes
            : null;

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
