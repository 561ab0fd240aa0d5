using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ActorCsi.Tests.Deploy;

/// <summary>What kubectl and helm make of the files in deploy/.</summary>
internal static class Rendering
{
    private static readonly ConcurrentDictionary<string, Task<IReadOnlyList<Manifest>>> Known = new();

    private static readonly string[] ForClasses = ["base", "overlays/drop-in", "overlays/tokens-in-secrets", "overlays/openshift", "helm", "helm drop-in", "helm with everything"];

    private static readonly string[] ForCertificates = ["overlays/cert-manager-csi", "overlays/spiffe-csi", "helm cert-manager-csi", "helm spiffe-csi"];

    /// <summary>The ways to install that are offered.</summary>
    public static TheoryData<string> All => [.. ForClasses, .. ForCertificates, "overlays/node-by-node"];

    /// <summary>Those that bring all objects that a cluster needs.</summary>
    public static TheoryData<string> Whole => [.. ForClasses, .. ForCertificates];

    /// <summary>Those in the place of cert-manager's drivers, whose volumes name no class.</summary>
    public static TheoryData<string> InlineVolumes => [.. ForCertificates];

    /// <summary>What may be installed in one cluster side by side.</summary>
    public static TheoryData<string[]> SideBySide =>
    [
        ["base", "overlays/cert-manager-csi", "overlays/spiffe-csi"],
        ["overlays/drop-in", "overlays/cert-manager-csi"],
        ["helm", "helm cert-manager-csi", "helm spiffe-csi"],
    ];

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "../../deploy"));

    public static string Chart { get; } = Path.Combine(Folder, "helm/actorcsi");

    public static Task<IReadOnlyList<Manifest>> Of(string name) => Known.GetOrAdd(name, name => name switch
    {
        "helm" => Helm(),
        "helm drop-in" => Helm("--set", "driverName=secrets-store.csi.k8s.io"),
        "helm cert-manager-csi" => HelmBeside("actorcsi-cert-manager", "driverName=csi.cert-manager.io,certificates.enabled=true"),
        "helm spiffe-csi" => HelmBeside("actorcsi-spiffe", "driverName=spiffe.csi.cert-manager.io,certificates.enabled=true,inlineDefaults.issuerName=spiffe-ca,inlineDefaults.issuerKind=ClusterIssuer,inlineDefaults.trustDomain=cluster.local"),
        "helm with everything" => Helm("--values", Path.Combine(Here(), "everything.values.yaml")),
        _ => Kustomize(name),
    });

    public static async Task<IReadOnlyList<Manifest>> Kustomize(string folder) => Read(await Tool.Run("kubectl", "kustomize", Path.Combine(Folder, folder)));

    public static Task<IReadOnlyList<Manifest>> Helm(params string[] settings) => Release("actorcsi", "actorcsi-system", ["--include-crds", .. settings]);

    /// <summary>A further release. Helm leaves out the CRDs that the first one has brought.</summary>
    private static Task<IReadOnlyList<Manifest>> HelmBeside(string release, string settings) => Release(release, release, "--set", settings);

    private static async Task<IReadOnlyList<Manifest>> Release(string name, string @namespace, params string[] settings)
        => Read(await Tool.Run("helm", ["template", name, Chart, "--namespace", @namespace, "--kube-version", "1.35.0", .. settings]));

    private static Manifest[] Read(string yaml) => [.. Yaml.Read(yaml).Select(json => new Manifest(json))];

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
