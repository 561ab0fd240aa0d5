using System.CommandLine;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Silo.Operate;
using ActorCsi.Silo.Serve;

namespace ActorCsi.Silo.Doctor;

/// <summary>
/// <c>actorcsi doctor</c>: looks for what is wrong with a node. Where a driver runs, its own options, files and process are looked at, be it in a container or
/// not; where none runs, it takes the options of <c>serve</c> and says what a driver would find.
/// </summary>
internal sealed class DoctorCommand : Command
{
    private static readonly TimeSpan ApiPatience = TimeSpan.FromSeconds(10);

    private readonly ServeCommand _serve = new();
    private readonly Setting<OutputForm> _output = OperatorCommand.OutputSetting(OutputForm.Table, OutputForm.Json);
    private readonly Setting<string> _kubeletDir = new("kubelet-dir", "", "kubelet's directory; by default where --registration-dir lies, else /var/lib/kubelet.", text => text);
    private readonly Setting<string> _kubeConfig = new("kubeconfig", "", "How to reach the API server where the driver itself has no way to it (--kubernetes).", text => text, "KUBECONFIG");

    public DoctorCommand() : base("doctor", "Looks for what is wrong with this node and says how to mend it. Takes the options of serve too, for a node where no driver runs yet.")
    {
        foreach (var option in _serve.Options)
            Add(option);
        Add(_output);
        Add(_kubeletDir);
        Add(_kubeConfig);
        SetAction(Run);
    }

    private async Task<int> Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var cluster = new OptionalCluster();
        var node = await LookAround(parsed, cluster, cancellationToken);
        var results = await Examination.Run(node, cancellationToken);

        if (_output.Of(parsed) is OutputForm.Json)
            DoctorReport.WriteJson(parsed.InvocationConfiguration.Output, results);
        else
            DoctorReport.Write(parsed.InvocationConfiguration.Output, results);
        return DoctorReport.Count(results, Severity.Error) == 0 ? ExitCode.Ok : ExitCode.Wrong;
    }

    private async Task<Surroundings> LookAround(ParseResult parsed, OptionalCluster cluster, CancellationToken cancellationToken)
    {
        var options = _serve.Read(parsed);
        var driver = await RunningDriver.Find(Path.Combine(options.StateDirectory, "admin.sock"), cancellationToken);
        if (driver is not null)
            options = OptionsOf(driver, parsed);
        var root = driver is { IsElsewhere: true } ? $"/proc/{driver.Process}/root" : "";

        var node = new Surroundings
        {
            Options = options,
            KubeletDirectory = _kubeletDir.Of(parsed) is { Length: > 0 } given ? given : KubeletDirectory(options),
            Root = root,
            Process = driver?.Process ?? "self",
            IsDriverRunning = driver is not null,
            TryMount = root.Length == 0 ? () => TryMount(options.StateDirectory) : null,
        };
        return cluster.Open(node, _kubeConfig.Of(parsed));
    }

    /// <summary>What the running driver was told counts, and over it what was said to us.</summary>
    private ServeOptions OptionsOf(RunningDriver driver, ParseResult parsed)
    {
        foreach (var variable in driver.Environment().Select(variable => variable.Split('=', 2)))
            if (variable is [var name, var value] && (name.StartsWith("ACTORCSI_", StringComparison.Ordinal) || name is "KUBE_NODE_NAME" or "CSI_ENDPOINT"))
                Environment.SetEnvironmentVariable(name, value);
        var ours = _serve.Options
            .Where(option => parsed.GetResult(option) is { Implicit: false })
            .SelectMany(option => parsed.GetResult(option)!.Tokens.Select(token => $"{option.Name}={token.Value}"));
        var its = GoFlags.Translate([.. driver.Arguments()]);
        return _serve.Read(_serve.Parse([.. its.SkipWhile(word => word == _serve.Name), .. ours]));
    }

    private static string KubeletDirectory(ServeOptions options)
        => Path.GetFileName(options.RegistrationDirectory) == "plugins_registry" ? Path.GetDirectoryName(options.RegistrationDirectory)! : "/var/lib/kubelet";

    /// <summary>The one sure way to learn whether mount(2) works. In the state directory, where nobody else looks.</summary>
    private static string? TryMount(string stateDirectory)
    {
        if (!Directory.Exists(stateDirectory))
            return null;
        var target = Path.Combine(stateDirectory, ".doctor");
        var tmpfs = new LinuxTmpfs(TimeProvider.System);
        try
        {
            tmpfs.Mount(target, new TmpfsLimits(1 << 20, 16));
            tmpfs.Unmount(target);
            return null;
        }
        catch (VolumeException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>The way to the API server, where there is one: the driver's own, or else the one that we were given.</summary>
    private sealed class OptionalCluster : IDisposable
    {
        private KubernetesClient? _client;

        public Surroundings Open(Surroundings node, string kubeConfig)
        {
            try
            {
                var own = ClusterOption.Access(node.Options.Kubernetes, node.Time, node.At, node.Variable);
                if ((own ?? (kubeConfig.Length > 0 ? KubeConfig.Read(kubeConfig, node.Time) : null)) is { } access)
                    _client = new KubernetesClient(access, new KubernetesClientOptions { Timeout = ApiPatience, AttemptTimeout = ApiPatience, Name = "actorcsi-doctor" }, node.Time);
                return node with { Cluster = _client, IsClusterAskedAsDriver = own is not null };
            }
            catch (KubeConfigException fault)
            {
                return node with { ClusterFault = fault.Message };
            }
        }

        public void Dispose() => _client?.Dispose();
    }
}
