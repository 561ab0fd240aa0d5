using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using YamlDotNet.RepresentationModel;

namespace ActorCsi.Fakes.Cluster;

/// <summary>What the ClusterRoles in deploy/ allow the driver, as a cluster's authorizer reads them, and what of it was made use of.</summary>
/// <remarks>
/// <code>
/// var rights = DriverRights.AsShipped();
/// cluster.Allows = rights.Allow;
/// …
/// Assert.Empty(rights.Missing);
/// Assert.Empty(rights.Unused);
/// </code>
/// </remarks>
public sealed class DriverRights
{
    // RBAC that every cluster has: system:basic-user lets each account ask what it may do.
    private static readonly Right MayAskWhatItMay = new("create", "authorization.k8s.io", "selfsubjectaccessreviews");

    private readonly HashSet<Right> _given;
    private readonly ConcurrentDictionary<Right, bool> _used = new();
    private readonly ConcurrentDictionary<string, bool> _missing = new();

    private DriverRights(IEnumerable<Right> given) => _given = [.. given];

    /// <summary>All rights, such as <c>get csidrivers.storage.k8s.io</c>.</summary>
    public IEnumerable<string> Given => _given.Select(right => right.ToString()).Order(StringComparer.Ordinal);

    /// <summary>Those of them that no request needed.</summary>
    public IEnumerable<string> Unused => _given.Except(_used.Keys).Select(right => right.ToString()).Order(StringComparer.Ordinal);

    /// <summary>The requests that were refused.</summary>
    public IEnumerable<string> Missing => _missing.Keys.Order(StringComparer.Ordinal);

    /// <summary>The rights of the base, and those that synced Secrets need.</summary>
    public static DriverRights AsShipped() => new([.. Read("base/rbac.yaml"), .. Read("components/synced-secrets/rbac.yaml")]);

    /// <summary>The rights in these files of deploy/, and no others.</summary>
    public static DriverRights Of(params string[] files) => new(files.SelectMany(Read));

    /// <summary>These rights and those that deploy/components/openshift adds.</summary>
    public static DriverRights OnOpenShift() => new(AsShipped()._given.Concat([new("delete", "", "secrets"), new("delete", "secrets-store.csi.x-k8s.io", "secretproviderclasspodstatuses")]));

    /// <summary>Whether the request is allowed.</summary>
    public bool Allow(ApiRequest request)
    {
        var needed = new Right(request.Verb, request.Group, request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}");
        if (needed == MayAskWhatItMay)
            return true;
        if (_given.Contains(needed))
            return _used[needed] = true;
        _missing[request.ToString()] = true;
        return false;
    }

    private static IEnumerable<Right> Read(string file)
    {
        var stream = new YamlStream();
        using var text = File.OpenText(Path.Combine(Repository(), "deploy", file));
        stream.Load(text);
        return from document in stream.Documents
               let role = (YamlMappingNode)document.RootNode
               where Text(role["kind"]) == "ClusterRole"
               from rule in (YamlSequenceNode)role["rules"]
               from @group in (YamlSequenceNode)rule["apiGroups"]
               from resource in (YamlSequenceNode)rule["resources"]
               from verb in (YamlSequenceNode)rule["verbs"]
               select new Right(Text(verb), Text(@group), Text(resource));
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static string Repository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));

    private sealed record Right(string Verb, string Group, string Resource)
    {
        public override string ToString() => Group.Length == 0 ? $"{Verb} {Resource}" : $"{Verb} {Resource}.{Group}";
    }
}
