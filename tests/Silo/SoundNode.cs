using ActorCsi.Admin.V1;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Silo.Doctor;
using ActorCsi.Silo.Serve;
using Google.Protobuf.WellKnownTypes;

namespace ActorCsi.Tests.Silo;

/// <summary>
/// A node with which nothing is wrong: the driver in its container, a plugin, a volume, classes, and the cluster. What a test spoils is all that doctor may find.
/// </summary>
internal sealed class SoundNode : IAsyncDisposable
{
    public const string DriverName = "csi.actorcsi.io";
    public const string EndpointOnTheNode = "/var/lib/kubelet/plugins/actorcsi/csi.sock";
    public const string Target = "/var/lib/kubelet/pods/uid/volumes/kubernetes.io~csi/secrets/mount";
    public const string Plugins = "/var/run/secrets-store-csi-providers";

    public static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    /// <summary>As in the container of deploy/base, seen from inside.</summary>
    private const string MountInfo = $"""
        1 0 0:30 / / ro,relatime - overlay overlay rw,lowerdir=/l
        2 1 8:1 /var/lib/kubelet/plugins/actorcsi /csi rw,relatime - ext4 /dev/sda1 rw
        3 1 8:1 /var/lib/kubelet/plugins_registry /registration rw,relatime - ext4 /dev/sda1 rw
        4 1 8:1 /var/lib/kubelet/pods /var/lib/kubelet/pods rw,relatime shared:7 - ext4 /dev/sda1 rw
        5 1 0:25 /actorcsi /run/actorcsi rw,nosuid - tmpfs tmpfs rw,size=1024k
        6 4 0:99 / {Target} rw,nosuid,nodev,noexec shared:9 - tmpfs actorcsi rw,size=16384k,noswap,inode64,seclabel

        """;

    private const string SoundCsiDriver = $$"""
        {
          "apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": "{{DriverName}}"},
          "spec": {
            "attachRequired": false, "podInfoOnMount": true, "requiresRepublish": true, "fsGroupPolicy": "None", "volumeLifecycleModes": ["Ephemeral"],
            "tokenRequests": [{"audience": "vault"}], "serviceAccountTokenInSecrets": true
          }
        }
        """;

    private readonly TemporaryDirectory _root = new();
    private readonly List<IAsyncDisposable> _running = [];
    private KubernetesClient? _client;

    private SoundNode()
    {
    }

    /// <summary>What the driver answers on all of its sockets.</summary>
    public DriverScript Driver { get; } = new();

    public FakeCluster Cluster { get; private set; } = null!;

    /// <summary>What the driver may do there.</summary>
    public DriverRights Rights { get; private set; } = DriverRights.AsShipped();

    public FakePlugin Plugin { get; private set; } = null!;

    /// <summary>What doctor sees; a test may replace parts of it.</summary>
    public Surroundings Surroundings { get; set; } = null!;

    /// <summary>Where a path of the node's really is.</summary>
    public string this[string path] => _root.Path + path;

    public static async Task<SoundNode> Start()
    {
        var node = new SoundNode();
        foreach (var directory in (string[])["/csi", "/registration", "/var/lib/kubelet/pods", "/run/actorcsi", "/run/secrets-store-csi-providers", "/classes", "/account"])
            Directory.CreateDirectory(node[directory]);
        Directory.CreateSymbolicLink(node["/var/run"], "/run"); // as in most images
        File.SetUnixFileMode(node["/run/actorcsi"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        node.WriteKernelFiles();
        node.WriteClass("certificate", "pki", "duration: 1h");
        node.WriteClass("token", "token", "objects: \"- {audience: vault, path: token}\"");
        await node.StartDriver();
        node.Plugin = await FakePlugin.Start(node["/run/secrets-store-csi-providers"], "vault");
        await node.StartCluster();
        node.Surroundings = node.LookAround();
        return node;
    }

    /// <summary>What doctor finds: the check, and the finding.</summary>
    public async Task<IReadOnlyList<(string Check, Finding Finding)>> Examine()
        => [.. (await Examination.Run(Surroundings, CancellationToken.None)).SelectMany(result => result.Findings.Select(finding => (result.Check, finding)))];

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    /// <summary>Replaces words in a file; fails when they are not there.</summary>
    public void Edit(string path, string words, string by)
    {
        var text = File.ReadAllText(this[path]);
        Assert.Contains(words, text, StringComparison.Ordinal);
        File.WriteAllText(this[path], text.Replace(words, by, StringComparison.Ordinal));
    }

    public void WriteClass(string name, string provider, string parameters) => Write($"/classes/{name}.yaml", $"""
        apiVersion: secrets-store.csi.x-k8s.io/v1
        kind: SecretProviderClass
        metadata: {"{"}name: {name}, namespace: shop{"}"}
        spec:
          provider: {provider}
          parameters:
            {parameters}
        """);

    /// <summary>The CSIDriver object with which nothing is wrong, but for what <paramref name="words"/> become.</summary>
    public void SetCsiDriver(string words = "", string by = "")
    {
        if (words.Length > 0)
            Assert.Contains(words, SoundCsiDriver, StringComparison.Ordinal);
        Cluster.Add(words.Length == 0 ? SoundCsiDriver : SoundCsiDriver.Replace(words, by, StringComparison.Ordinal));
    }

    /// <summary>Makes the driver one of another name; its CSIDriver object takes the place of the former, with <paramref name="tokenRequests"/>.</summary>
    public void Rename(string driver, string tokenRequests)
    {
        Driver.Name = driver;
        Surroundings = Surroundings with { Options = Surroundings.Options with { DriverName = driver } };
        Cluster.Remove("csidrivers", "", DriverName);
        Cluster.Add(SoundCsiDriver.Replace(DriverName, driver, StringComparison.Ordinal).Replace("""[{"audience": "vault"}]""", tokenRequests, StringComparison.Ordinal));
    }

    /// <summary>Gives the driver the rights in these files of deploy/, and no others.</summary>
    public void Allow(params string[] files)
    {
        Rights = DriverRights.Of(files);
        Cluster.Allows = Rights.Allow;
    }

    /// <summary>A socket as a process leaves it that is killed.</summary>
    public void LeaveDeadSocket(string path)
    {
        File.Delete(this[path]);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, default);
        var draft = this[path] + "~";
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(draft)); // .NET deletes what it has bound; it knows nothing of the new name
        File.Move(draft, this[path]);
    }

    /// <summary>Another driver, at other sockets.</summary>
    public async Task AddDriver(string socket, DriverScript script) => _running.Add(await FakeDriver.Serve(this[socket], script));

    /// <summary>Ends <paramref name="something"/> with the node.</summary>
    public void Keep(IAsyncDisposable something) => _running.Add(something);

    /// <summary>SIGTERM: the driver's sockets go.</summary>
    public async Task StopDriver()
    {
        foreach (var driver in _running)
            await driver.DisposeAsync();
        _running.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopDriver();
        await Plugin.DisposeAsync();
        _client?.Dispose();
        await Cluster.DisposeAsync();
        _root.Dispose();
    }

    private void WriteKernelFiles()
    {
        Write("/proc/sys/kernel/osrelease", "6.8.0-45-generic\n");
        Write("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
        Write("/proc/sys/fs/inotify/max_user_instances", "1024\n");
        Write("/proc/sys/fs/inotify/max_user_watches", "524288\n");
        Write("/proc/self/mountinfo", MountInfo);
        Write("/proc/self/status", "Name:\tactorcsi\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n");
        Write("/proc/self/uid_map", "         0          0 4294967295\n");
        Write("/proc/self/limits", "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1048576              1048576              files     \n");
        Write("/proc/self/environ", "PATH=/usr/bin\0KUBERNETES_SERVICE_HOST=10.96.0.1\0KUBERNETES_SERVICE_PORT=443\0");
        Write("/proc/self/cgroup", "0::/\n");
        Write("/proc/self/attr/current", "unconfined\n");
        Write("/sys/fs/cgroup/memory.max", "536870912\n");
        Write("/sys/fs/cgroup/memory.current", "104857600\n");
        Write("/sys/fs/cgroup/memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n");
    }

    private async Task StartDriver()
    {
        Driver.Volumes.Add(new Volume
        {
            VolumeId = "csi-1",
            State = "Serving",
            PodNamespace = "shop",
            PodName = "web",
            ClassName = "certificate",
            Provider = "pki",
            Targets = { Target },
            Generation = 1,
            ServedAt = Now.AddMinutes(-10).ToTimestamp(),
            ExpiresAt = Now.AddMinutes(50).ToTimestamp(),
            RefreshAt = Now.AddMinutes(30).ToTimestamp(),
        });
        Driver.Report.Tokens.Add(new InspectVolumeResponse.Types.Token { Audience = "vault", IssuedAt = Now.AddMinutes(-20).ToTimestamp(), ExpiresAt = Now.AddMinutes(40).ToTimestamp() });
        foreach (var socket in (string[])["/csi/csi.sock", $"/registration/{DriverName}-reg.sock", "/run/actorcsi/admin.sock"])
            await AddDriver(socket, Driver);
    }

    private async Task StartCluster()
    {
        Cluster = await FakeCluster.Start();
        Cluster.Allows = Rights.Allow;
        SetCsiDriver();
        _client = new KubernetesClient(KubeConfig.Read(_root.Write("config", Cluster.KubeConfig()), TimeProvider.System), new KubernetesClientOptions { Repetitions = 1, FirstPause = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
    }

    private Surroundings LookAround() => new()
    {
        Root = _root.Path,
        Kernel = _root.Path,
        KubeletDirectory = "/var/lib/kubelet",
        IsDriverRunning = true,
        TryMount = () => null,
        FreeBytes = _ => 1 << 30,
        Cluster = _client,
        Options = Served(
            "--endpoint=unix:///csi/csi.sock", $"--kubelet-endpoint={EndpointOnTheNode}", "--registration-dir=/registration", $"--drivername={DriverName}", "--state-dir=/run/actorcsi",
            "--classes=/classes", $"--provider-volume={Plugins}"),
    };

    private static ServeOptions Served(params string[] args)
    {
        var serve = new ServeCommand();
        return serve.Read(serve.Parse(args));
    }
}
