using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ActorCsi.Tests.Deploy;

/// <summary>What kubectl and helm make of the files in deploy/.</summary>
internal static class Rendering
{
    private static readonly ConcurrentDictionary<string, Task<IReadOnlyList<Manifest>>> Known = new();

    private static readonly string[] Names = ["base", "overlays/drop-in", "overlays/node-by-node", "overlays/tokens-in-secrets", "overlays/openshift", "helm", "helm drop-in", "helm with everything"];

    /// <summary>The ways to install that are offered.</summary>
    public static TheoryData<string> All => [.. Names];

    /// <summary>Those that bring all objects that a cluster needs.</summary>
    public static TheoryData<string> Whole => [.. Names.Where(name => name != "overlays/node-by-node")];

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "../../deploy"));

    public static string Chart { get; } = Path.Combine(Folder, "helm/actorcsi");

    public static Task<IReadOnlyList<Manifest>> Of(string name) => Known.GetOrAdd(name, name => name switch
    {
        "helm" => Helm(),
        "helm drop-in" => Helm("--set", "driverName=secrets-store.csi.k8s.io"),
        "helm with everything" => Helm("--values", Path.Combine(Here(), "everything.values.yaml")),
        _ => Kustomize(name),
    });

    public static async Task<IReadOnlyList<Manifest>> Kustomize(string folder) => Read(await Tool.Run("kubectl", "kustomize", Path.Combine(Folder, folder)));

    public static async Task<IReadOnlyList<Manifest>> Helm(params string[] settings)
        => Read(await Tool.Run("helm", ["template", "actorcsi", Chart, "--namespace", "actorcsi-system", "--kube-version", "1.35.0", "--include-crds", .. settings]));

    private static Manifest[] Read(string yaml) => [.. Yaml.Read(yaml).Select(json => new Manifest(json))];

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
