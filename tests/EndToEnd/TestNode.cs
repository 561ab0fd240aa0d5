using ActorCsi.Admin.V1;
using ActorCsi.Silo.Try;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>
/// A node: the driver as a process of its own in a mount namespace of its own, with directories for its state, its classes and its plugins.
/// The test is the kubelet.
/// </summary>
/// <remarks>
/// <code>
/// using var node = new TestNode();
/// node.AddClass("certificate", "pki");
/// await node.Start();
/// var volume = node.Volume("certificate");
/// await volume.Publish();
/// await node.KillAndRestart();
/// volume.View().CheckIsPair();
/// </code>
/// </remarks>
internal sealed class TestNode : IDisposable
{
    private readonly MountNamespace _inside = new();
    private readonly List<DriverRun> _runs = [];
    private readonly List<string> _options;

    public TestNode(params string[] options)
    {
        _options =
        [
            "--endpoint", $"unix://{Socket}", "--state-dir", State, "--classes", this["classes"], "--nodeid", "node",
            "--provider-volume", Plugins, "--additional-provider-volume-paths", this["no-plugins"], "--rotation-poll-interval", "1h", "--metrics-addr", "", .. options,
        ];
        foreach (var directory in (string[])[State, this["classes"], Plugins, this["pods"]])
            Directory.CreateDirectory(directory);
    }

    /// <summary>A path of the node's own.</summary>
    public string this[string name] => Path.Combine(_inside.Directory, name);

    /// <summary>The CSI socket.</summary>
    public string Socket => this["csi.sock"];

    /// <summary>The driver's memory.</summary>
    public string State => this["state"];

    /// <summary>Where plugins put their sockets.</summary>
    public string Plugins => this["plugins"];

    /// <summary>The environment of the driver, NAME=VALUE.</summary>
    public List<string> Environment { get; } = [];

    /// <summary>The current run of the driver.</summary>
    public DriverRun Driver => _runs[^1];

    /// <summary>What all runs logged.</summary>
    public string Log => string.Join('\n', _runs.Select(run => run.Log));

    /// <summary>Lets the state directory lie in memory.</summary>
    public void KeepStateInMemory() => Run("mount", "-t", "tmpfs", "none", State);

    /// <summary>A SecretProviderClass in the namespace of the pods. Before the start: the driver looks every two seconds only.</summary>
    public void AddClass(string name, string provider, params string[] parameters)
        => File.WriteAllText(this[$"classes/{name}.yaml"], $"""
            apiVersion: secrets-store.csi.x-k8s.io/v1
            kind: SecretProviderClass
            metadata: {"{"}name: {name}, namespace: {PodVolume.Namespace}{"}"}
            spec:
              provider: {provider}
              parameters: {"{"}{string.Join(", ", parameters)}{"}"}
            """);

    /// <summary>A plugin, and a class of the same name.</summary>
    public Task<FakePlugin> AddPlugin(string name)
    {
        AddClass(name, name);
        return FakePlugin.Start(Plugins, name);
    }

    /// <summary>A volume of class <paramref name="className"/>, of a pod of its own.</summary>
    public PodVolume Volume(string className, string? name = null) => new(this, name ?? className, className);

    /// <summary>Starts the driver and waits until it serves.</summary>
    public async Task Start()
    {
        Begin();
        await Driver.WaitUntilServed(Socket);
    }

    /// <summary>Starts the driver with further options and leaves it to itself.</summary>
    public DriverRun Begin(params string[] options)
    {
        _runs.Add(DriverRun.Begin(_inside, [.. _options, .. options], Environment));
        return Driver;
    }

    /// <summary>kill -9, and a new driver that has looked after all volumes.</summary>
    public async Task KillAndRestart()
    {
        await Driver.Kill();
        await Restart();
    }

    /// <summary>Starts the driver after it has ended, and waits until it has looked after all volumes.</summary>
    public async Task Restart()
    {
        await Start();
        await Driver.WaitForLine("volumes resumed");
    }

    /// <summary>What an operator is told.</summary>
    public async Task<IReadOnlyList<Volume>> ListVolumes()
    {
        using var channel = Kubelet.Connect(Seen(Path.Combine(State, "admin.sock")));
        return (await new Admin.V1.Admin.AdminClient(channel).ListVolumesAsync(new())).Volumes;
    }

    /// <summary>What the driver shows at <c>/metrics</c>; with <c>--metrics-addr 127.0.0.1:0</c> only.</summary>
    public Task<string> Metrics() => Page("metrics");

    /// <summary>A page of the driver's own HTTP; with <c>--metrics-addr 127.0.0.1:0</c> only.</summary>
    public async Task<string> Page(string name)
    {
        const string At = "metrics and health are at ";
        await Driver.WaitForLine(At);
        var line = Driver.Log.Split('\n').Last(line => line.Contains(At, StringComparison.Ordinal));
        using var client = new HttpClient();
        using var answer = await client.GetAsync($"{line[(line.IndexOf(At, StringComparison.Ordinal) + At.Length)..]}/{name}");
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>The mount at <paramref name="target"/>, as the kernel lists it; null when there is none.</summary>
    public MountTable? Mount(string target) => _inside.Mounts(target) is [.., var top] ? top : null;

    /// <summary>Where a path of the driver's can be read, with what is mounted there.</summary>
    public string Seen(string path) => _inside.Seen(path);

    /// <summary>Runs a program where the driver runs, and gives what it printed.</summary>
    public string Run(params string[] command) => _inside.Output(command);

    /// <summary>The files in which the driver remembers <paramref name="volumeId"/>; all files when it is empty.</summary>
    public string[] Memory(string volumeId = "")
        => [.. ((string[])["volumes", "reminders"]).Select(name => Seen(Path.Combine(State, name))).Where(Directory.Exists)
            .SelectMany(directory => Directory.EnumerateFiles(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
            .Where(file => file.Contains(volumeId, StringComparison.Ordinal))];

    public void Dispose()
    {
        _runs.ForEach(run => run.Dispose());
        _inside.Dispose();
    }
}
