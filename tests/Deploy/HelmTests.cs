using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorCsi.Tests.Deploy;

/// <summary>The chart installs what Kustomize installs, and each of its values is of use.</summary>
public sealed class HelmTests
{
    [RenderTheory]
    [InlineData("base", "--set", "tokenRequests[0].audience=vault", "--set", "linux.providersDir=", "--set", "linux.additionalProvidersDirs=null")]
    [InlineData("overlays/drop-in", "--set", "driverName=secrets-store.csi.k8s.io")]
    [InlineData("overlays/openshift", "--set", "tokenRequests[0].audience=vault", "--set", "linux.providersDir=", "--set", "linux.additionalProvidersDirs=null", "--set", "openshift=true")]
    [InlineData("overlays/cert-manager-csi", "--include-crds=false", "--set", "driverName=csi.cert-manager.io,certificates.enabled=true", "--set", "linux.providersDir=", "--set", "linux.additionalProvidersDirs=null")]
    [InlineData("overlays/tokens-in-secrets", "--set", "tokenRequests[0].audience=vault", "--set", "linux.providersDir=", "--set", "linux.additionalProvidersDirs=null", "--set", "tokensInSecrets=true")]
    public async Task Chart_WithTheSameChoices_InstallsWhatKustomizeInstalls(string kustomization, params string[] settings)
    {
        var helm = await Rendering.Helm(settings);
        var kustomize = (await Rendering.Of(kustomization)).Where(found => found.Kind != "Namespace").Select(AsTheFirst).ToList();

        Assert.Equal(kustomize.Select(found => found.ToString()).Order(), helm.Select(found => found.ToString()).Order());
        Assert.All(kustomize, expected => Assert.Equal(Essence(expected), Essence(helm.Single(found => found.ToString() == expected.ToString()))));
    }

    [RenderFact]
    public async Task Chart_AsShipped_StartsTheDriverWithItsDefaults()
    {
        var (helm, kustomize) = (await DaemonSetTests.Command("helm"), await DaemonSetTests.Command("overlays/drop-in"));

        Assert.All(kustomize.CommandResult.Command.Options.Where(option => option.Name is not ("--drivername" or "--help")), option =>
            Assert.Equal(Value(kustomize, option.Name), Value(helm, option.Name)));

        static string? Value(ParseResult command, string name) => JsonSerializer.Serialize(command.CommandResult.GetResult(command.CommandResult.Command.Options.Single(option => option.Name == name))?.GetValueOrDefault<object>())
            .Replace(command.GetRequiredValue<string>("--drivername"), "NAME", StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_KnowsTheValuesAndNoOthers()
        => Assert.Equal(Leaves(Values("values.yaml")), Leaves(JsonNode.Parse(File.ReadAllText(Path.Combine(Rendering.Chart, "values.schema.json")))!["properties"]!, schema: true));

    [Fact]
    public void EverythingValues_AreAllValues_AndDifferent()
    {
        var (shipped, everything) = (Values("values.yaml"), Values("../../../tests/Deploy/everything.values.yaml"));

        Assert.Equal(Leaves(shipped), Leaves(everything));
        Assert.Equal(["csiDriver.create", "rbac.install"], Leaves(shipped).Where(leaf => JsonNode.DeepEquals(At(shipped, leaf), At(everything, leaf)))); // false takes objects away: below
    }

    public static TheoryData<string> EachValue => [.. Leaves(Values("values.yaml"))];

    /// <summary>Everything but this one value, against everything: there must be a difference.</summary>
    [RenderTheory]
    [MemberData(nameof(EachValue))]
    public async Task Value_WhenGiven_ChangesWhatIsInstalled(string value)
    {
        var @default = value is "csiDriver.create" or "rbac.install" ? false : At(Values("values.yaml"), value);
        string[] alsoGone = value == "tokenRequests" ? ["--set", "tokensInSecrets=false"] : value == "linux.image.tag" ? ["--set", "linux.image.digest="] : value == "nameOverride" ? ["--set", "fullnameOverride="] : [];
        string[] everything = ["--values", Path.Combine(Repository.Root, "tests/Deploy/everything.values.yaml"), .. alsoGone];

        var with = alsoGone is [] ? await Rendering.Of("helm with everything") : await Rendering.Helm(everything);
        var without = await Rendering.Helm([.. everything, "--set-json", $"{value}={(@default as JsonNode ?? JsonValue.Create(@default))?.ToJsonString() ?? "null"}"]);

        Assert.NotEqual(Text(with), Text(without));

        static string Text(IEnumerable<Manifest> objects) => string.Join('\n', objects.Select(found => found.Json.ToJsonString()));
    }

    [RenderTheory]
    [InlineData("windows.enabled=true", "windows")] // the peer's
    [InlineData("linux.crds.enabled=false", "crds")] // the peer's
    [InlineData("linux.kubeletRootDir=var/lib/kubelet", "kubeletRootDir")]
    [InlineData("linux.metricsAddr=127.0.0.1:8095", "metricsAddr")] // the probes would not reach it
    [InlineData("linux.image.digest=latest", "digest")]
    [InlineData("rotationPollInterval=2 minutes", "rotationPollInterval")]
    [InlineData("tokenRequests[0].expirationSeconds=60", "tokenRequests")]
    [InlineData("tokensInSecrets=true", "tokenRequests")]
    [InlineData("outageAllowance=half an hour", "outageAllowance")]
    [InlineData("certificates.requestedBy=node", "requestedBy")]
    [InlineData("inlineDefaults.dnsNames=a\\,b", "inlineDefaults")] // would be two parameters
    [InlineData("otlp.endpoint=collector:4317", "otlp")]
    [InlineData("driverName=csi.cert-manager.io", "certificates.enabled")]
    [InlineData("spiffe.issuerConfigMap=issuance", "issuerConfigMap")] // in which namespace?
    [InlineData("driverName=spiffe.csi.cert-manager.io,certificates.enabled=true", "issuerName")]
    public async Task Value_ThatCannotWork_IsRefusedByName(string setting, string named)
    {
        var refused = await Assert.ThrowsAsync<ToolFailure>(() => Rendering.Helm("--set", setting));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [RenderFact]
    public async Task TokensInSecrets_BeforeKubernetes135_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<ToolFailure>(() => Rendering.Helm("--set", "tokensInSecrets=true,tokenRequests[0].audience=vault", "--kube-version", "1.34.0"));

        Assert.Contains("1.35", refused.Message, StringComparison.Ordinal);
    }

    [RenderFact]
    public Task Chart_Linted_HasNoFaults() => Tool.Run("helm", "lint", "--strict", Rendering.Chart);

    [Fact]
    public void Readme_ExplainsEveryValue()
    {
        var readme = File.ReadAllText(Path.Combine(Rendering.Chart, "README.md"));

        Assert.All(Leaves(Values("values.yaml")), value => Assert.Contains($"`{value}`", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Versions_AreThatOfTheProgram()
    {
        var chart = Yaml.Read(File.ReadAllText(Path.Combine(Rendering.Chart, "Chart.yaml"))).Single();

        Assert.Equal((Repository.Version, Repository.Version), (chart["version"]!.GetValue<string>(), chart["appVersion"]!.GetValue<string>()));
    }

    /// <summary>An object of a further driver under the names that it would have if it were the only one.</summary>
    private static Manifest AsTheFirst(Manifest found) => new(JsonNode.Parse(found.Json.ToJsonString()
        .Replace("\"actorcsi-cert-manager\"", "\"actorcsi-system\"", StringComparison.Ordinal)
        .Replace("-cert-manager\"", "\"", StringComparison.Ordinal))!.AsObject());

    /// <summary>What an object says beyond its labels, the ways in which lists of settings are written, and the names of volumes.</summary>
    private static string Essence(Manifest found)
    {
        var json = (JsonObject)found.Json.DeepClone();
        json["metadata"]!.AsObject().Remove("labels");
        if (found.Kind == "DaemonSet")
        {
            json["spec"]!["selector"]!["matchLabels"]!.AsObject().Remove("app.kubernetes.io/instance");
            var pod = json["spec"]!["template"]!;
            pod["metadata"]!.AsObject().Remove("labels");
            var container = pod["spec"]!["containers"]![0]!.AsObject();
            container.Remove("args"); // what they mean is compared above
            container.Remove("imagePullPolicy");
            foreach (var list in (JsonArray[])[pod["spec"]!["volumes"]!.AsArray(), container["volumeMounts"]!.AsArray()])
                foreach (var item in list)
                    item!.AsObject().Remove("name");
        }
        return Sorted(json)!.ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted).OrderBy(item => item?.ToJsonString(), StringComparer.Ordinal)]),
        _ => node?.DeepClone(),
    };

    private static JsonObject Values(string file) => Yaml.Read(File.ReadAllText(Path.Combine(Rendering.Chart, file))).Single();

    private static JsonNode? At(JsonNode values, string path) => path.Split('.').Aggregate((JsonNode?)values, (node, field) => node![field]);

    /// <summary>The values that somebody sets: those of the chart's own structure, not of Kubernetes'.</summary>
    private static IEnumerable<string> Leaves(JsonNode values, bool schema = false, string path = "") => values.AsObject().SelectMany(field =>
    {
        var here = path + field.Key;
        var inner = schema ? field.Value!["properties"] : field.Value;
        return here is "csiDriver" or "syncSecret" or "rbac" or "providers" or "certificates" or "spiffe" or "pki" or "volumeLimits" or "otlp" or "linux" or "linux.image" or "linux.driver" ? Leaves(inner!, schema, here + ".") : here == "global" ? [] : [here];
    }).Order(StringComparer.Ordinal);
}
