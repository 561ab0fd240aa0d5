using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ActorCsi.Silo.Operate;
using ActorCsi.Silo.Serve;

namespace ActorCsi.Tests.Deploy;

/// <summary>The DaemonSet starts the program as the program wants to be started, and gives it the node's directories that it needs.</summary>
public sealed partial class DaemonSetTests
{
    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Selector_AnyWay_FindsThePodsAndNoOthers(string name)
    {
        var daemonSet = await DaemonSet(name);
        var selector = daemonSet.Texts("spec", "selector", "matchLabels");

        Assert.Superset((HashSet<string>)["app.kubernetes.io/name", "app.kubernetes.io/component"], selector.Keys.ToHashSet());
        Assert.Subset(daemonSet.Texts("spec", "template", "metadata", "labels").ToHashSet(), selector.ToHashSet());
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Pod_AnyWay_IsOneContainer(string name)
    {
        var pod = (await DaemonSet(name))["spec", "template", "spec"]!;

        Assert.Single(pod["containers"]!.AsArray());
        Assert.Null(pod["initContainers"]);
        Assert.Null(pod["hostNetwork"]);
        Assert.Null(pod["hostPID"]);
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Arguments_AnyWay_AreThoseOfServe(string name)
    {
        var command = await Command(name);

        Assert.Empty(command.Errors.Select(error => error.Message));
        Assert.Empty(command.UnmatchedTokens);
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task DriverName_AnyWay_IsTheCsiDriversName(string name)
    {
        var expected = (await Rendering.Of(name)).SingleOrDefault(found => found.Kind == "CSIDriver")?.Name ?? "secrets-store.csi.k8s.io";

        Assert.Equal(expected, await Option(name, "--drivername"));
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task NodeId_AnyWay_IsTheNodesName(string name)
        => Assert.Equal("(spec.nodeName)", await Option(name, "--nodeid"));

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Paths_AnyWay_LieInTheNodesDirectories(string name)
    {
        var mounts = await Mounts(name);

        Assert.All([await Option(name, "--state-dir"), await Option(name, "--registration-dir"), await Path(name, "--endpoint")],
            path => Assert.False(MountOf(mounts, path)?.ReadOnly ?? true, $"{path} cannot be written: the root file system is read-only"));
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task KubeletEndpoint_AnyWay_IsTheEndpointAsTheNodeSeesIt(string name)
    {
        Assert.Equal(OnTheNode(await Mounts(name), await Path(name, "--endpoint")), await Option(name, "--kubelet-endpoint"));
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task KubeletsDirectories_AnyWay_AreThoseOfOneRoot(string name)
    {
        var mounts = await Mounts(name);
        var pods = mounts.Single(mount => mount.Name == "pods");
        var root = pods.HostPath[..^"/pods".Length];

        Assert.Equal(pods.HostPath, pods.Path); // kubelet names targets by the node's paths
        Assert.Equal("Bidirectional", pods.Propagation);
        Assert.Equal($"{root}/plugins_registry", MountOf(mounts, await Option(name, "--registration-dir"))!.HostPath);
        Assert.StartsWith($"{root}/plugins/", await Option(name, "--kubelet-endpoint"), StringComparison.Ordinal);
        Assert.All(mounts.Where(mount => mount != pods), mount => Assert.Null(mount.Propagation));
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task State_AnyWay_IsWhereTheNodeHasMemory(string name)
        => Assert.StartsWith("/run/", OnTheNode(await Mounts(name), await Option(name, "--state-dir")), StringComparison.Ordinal);

    /// <summary>Whoever makes a directory for kubelet leaves it open to all; the driver makes its own private.</summary>
    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task State_AnyWay_IsADirectoryThatTheDriverMakes(string name)
        => Assert.NotEqual(MountOf(await Mounts(name), await Option(name, "--state-dir"))!.Path, await Option(name, "--state-dir"));

    /// <summary><c>kubectl exec POD -- /app/actorcsi ps</c> is not told where the driver is: it has the container's variables, and not the driver's arguments.</summary>
    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task State_AnyWay_IsKnownToCommandsInTheContainer(string name)
    {
        Assert.DoesNotContain((await Container(name))["args"]!.AsArray(), argument => argument!.GetValue<string>().StartsWith("--state-dir", StringComparison.Ordinal));
        Assert.Contains(new PsCommand().Options, option => option.Name == "--state-dir");
    }

    /// <summary>A driver's socket and memory lie under its name, which no other driver of the node has.</summary>
    [RenderTheory]
    [MemberData(nameof(Rendering.SideBySide), MemberType = typeof(Rendering))]
    public async Task Drivers_SideBySide_ShareNothingOnTheNodeButKubeletsDirectories(string[] names)
    {
        var taken = new List<string>();
        foreach (var name in names)
        {
            var (mounts, driver) = (await Mounts(name), await Option(name, "--drivername"));
            string[] own = [driver, OnTheNode(mounts, await Path(name, "--endpoint")), OnTheNode(mounts, await Option(name, "--state-dir"))];
            Assert.All(own, path => Assert.Contains(driver, path, StringComparison.Ordinal));
            taken.AddRange(own);
        }

        Assert.Equal(taken.Count, taken.Distinct().Count());
    }

    [RenderTheory]
    [InlineData("overlays/drop-in")]
    [InlineData("overlays/node-by-node")]
    [InlineData("helm")]
    [InlineData("helm drop-in")]
    [InlineData("helm with everything")]
    public async Task PluginDirectories_WithPlugins_AreSeenAndNotWritten(string name)
    {
        var mounts = await Mounts(name);
        var directories = (await Options(name)).ProviderDirectories;

        Assert.NotEmpty(directories);
        Assert.All(directories, directory => Assert.Equal((directory, true), MountOf(mounts, directory) is { } mount ? (mount.HostPath, mount.ReadOnly) : default));
    }

    /// <summary>What the driver is told to read is there to be read.</summary>
    [RenderFact]
    public async Task Files_OfTheChartsValues_LieInVolumesOfTheirOwn()
    {
        var options = await Options("helm with everything");
        var paths = (await Container("helm with everything"))["volumeMounts"]!.AsArray().ToDictionary(mount => mount!["mountPath"]!.GetValue<string>(), mount => mount!["name"]!.GetValue<string>());

        Assert.Equal(["pki", "pki", "pki", "spiffe"],
            ((string[])[options.PkiCertificate, options.PkiKey, options.PkiTrusted, options.SpiffeTrusted]).Select(file => paths[System.IO.Path.GetDirectoryName(file)!]));
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Volumes_AnyWay_AreMountedOnceEach(string name)
    {
        var volumes = (await DaemonSet(name)).List("spec", "template", "spec", "volumes").Select(volume => volume["name"]!.GetValue<string>()).Order();
        var mounted = (await Container(name))["volumeMounts"]!.AsArray().Select(mount => mount!["name"]!.GetValue<string>()).Order();

        Assert.Equal(volumes, mounted);
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Probes_AnyWay_AskWhereThePagesAre(string name)
    {
        var container = await Container(name);
        var port = Assert.Single(container["ports"]!.AsArray())!;

        Assert.Equal((await Option(name, "--metrics-addr")).Split(':')[^1], port["containerPort"]!.GetValue<long>().ToString(CultureInfo.InvariantCulture));
        Assert.Equal(("/healthz", "metrics"), Asked("livenessProbe"));
        Assert.Equal(("/readyz", "metrics"), Asked("readinessProbe"));

        (string, string) Asked(string probe) => (container[probe]!["httpGet"]!["path"]!.GetValue<string>(), container[probe]!["httpGet"]!["port"]!.GetValue<string>());
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task SecurityContext_AnyWay_PretendsNothing(string name)
    {
        var context = (await Container(name))["securityContext"]!.AsObject();

        Assert.Equal(["privileged", "readOnlyRootFilesystem", "runAsUser"], context.Select(field => field.Key).Order());
        Assert.True(context["privileged"]!.GetValue<bool>());
        Assert.True(context["readOnlyRootFilesystem"]!.GetValue<bool>());
        Assert.Equal(0, context["runAsUser"]!.GetValue<long>());
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task GracePeriod_AnyWay_OutlastsTheDrain(string name)
    {
        var grace = (await DaemonSet(name))["spec", "template", "spec", "terminationGracePeriodSeconds"]!.GetValue<long>();

        Assert.True(grace > (await Options(name)).DrainTimeout.TotalSeconds);
    }

    [RenderTheory]
    [InlineData("overlays/drop-in", "csi-secrets-store", "secrets-store-csi-driver")]
    [InlineData("overlays/node-by-node", "csi-secrets-store", "secrets-store-csi-driver")]
    [InlineData("overlays/cert-manager-csi", "cert-manager-csi-driver")]
    [InlineData("overlays/spiffe-csi", "cert-manager-csi-driver-spiffe")]
    [InlineData("helm drop-in", "csi-secrets-store", "secrets-store-csi-driver")]
    [InlineData("helm cert-manager-csi", "cert-manager-csi-driver")]
    [InlineData("helm spiffe-csi", "cert-manager-csi-driver-spiffe")]
    public async Task Pod_InAnothersPlace_WaitsUntilThatHasLeftTheNode(string name, params string[] labels)
    {
        var apart = Assert.Single((await DaemonSet(name)).List("spec", "template", "spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"));

        Assert.Equal("kubernetes.io/hostname", apart["topologyKey"]!.GetValue<string>());
        Assert.Empty(apart["namespaceSelector"]!.AsObject());
        Assert.Equal(labels, apart["labelSelector"]!["matchExpressions"]![0]!["values"]!.AsArray().Select(value => value!.GetValue<string>()));
    }

    [RenderTheory]
    [InlineData("overlays/drop-in")]
    [InlineData("helm")]
    public async Task Image_AsShipped_IsTheVersionThatIsBuiltHere(string name)
        => Assert.Equal($"actorcsi:{Repository.Version}", (await Container(name))["image"]!.GetValue<string>());

    private static async Task<Manifest> DaemonSet(string name) => (await Rendering.Of(name)).Single(found => found.Kind == "DaemonSet");

    private static async Task<JsonObject> Container(string name) => Container(await DaemonSet(name));

    private static JsonObject Container(Manifest daemonSet) => daemonSet.List("spec", "template", "spec", "containers").Single();

    internal static async Task<ParseResult> Command(string name) => Command(await Rendering.Of(name));

    /// <summary>The arguments as the program reads them, with the container's variables in their places.</summary>
    internal static ParseResult Command(IEnumerable<Manifest> objects)
    {
        var container = Container(objects.Single(found => found.Kind == "DaemonSet"));
        var variables = new Dictionary<string, string>();
        foreach (var variable in container["env"]!.AsArray()) // in their order: one may use those before it
            variables[variable!["name"]!.GetValue<string>()] = Filled(variable["value"]?.GetValue<string>() ?? $"({variable["valueFrom"]!["fieldRef"]!["fieldPath"]!.GetValue<string>()})");
        var arguments = container["args"]!.AsArray().Select(argument => Filled(argument!.GetValue<string>())).ToArray();
        Assert.Equal("serve", arguments[0]);
        var settings = variables.Where(variable => variable.Key.StartsWith("ACTORCSI_", StringComparison.Ordinal))
            .Select(variable => $"--{variable.Key["ACTORCSI_".Length..].ToLowerInvariant().Replace('_', '-')}={variable.Value}");
        return new ServeCommand().Parse([.. settings, .. arguments[1..]]); // the last one counts: the command line, as with the program

        string Filled(string text) => Variable().Replace(text, match => variables[match.Groups["name"].Value]);
    }

    internal static async Task<ServeOptions> Options(string name)
    {
        var parsed = await Command(name);
        return ((ServeCommand)parsed.CommandResult.Command).Read(parsed);
    }

    private static async Task<string> Option(string name, string option) => (await Command(name)).GetValue<string>(option)!;

    private static async Task<string> Path(string name, string option) => (await Option(name, option))["unix://".Length..];

    private static async Task<Mount[]> Mounts(string name)
    {
        var hostPaths = (await DaemonSet(name)).List("spec", "template", "spec", "volumes")
            .Where(volume => volume["hostPath"] is not null)
            .ToDictionary(volume => volume["name"]!.GetValue<string>(), volume => volume["hostPath"]!["path"]!.GetValue<string>());
        return [.. from mount in (await Container(name))["volumeMounts"]!.AsArray()
                   let volume = mount["name"]!.GetValue<string>()
                   where hostPaths.ContainsKey(volume)
                   select new Mount(volume, mount["mountPath"]!.GetValue<string>(), hostPaths[volume], mount["readOnly"]?.GetValue<bool>() ?? false, mount["mountPropagation"]?.GetValue<string>())];
    }

    private static Mount? MountOf(IEnumerable<Mount> mounts, string path) => mounts.SingleOrDefault(mount => path == mount.Path || path.StartsWith(mount.Path + "/", StringComparison.Ordinal));

    private static string OnTheNode(IEnumerable<Mount> mounts, string path)
    {
        var mount = MountOf(mounts, path)!;
        return mount.HostPath + path[mount.Path.Length..];
    }

    [GeneratedRegex(@"\$\((?<name>\w+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    private sealed record Mount(string Name, string Path, string HostPath, bool ReadOnly, string? Propagation);
}
