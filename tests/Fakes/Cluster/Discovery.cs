using System.Text.Json.Nodes;

namespace ActorCsi.Fakes.Cluster;

/// <summary>What an API server says of the resources that it has: kubectl asks for it first.</summary>
internal static class Discovery
{
    /// <summary>The page at <paramref name="path"/>; null when that is none of discovery's.</summary>
    public static JsonObject? Page(string path, IReadOnlyCollection<FakeResource> known) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["api"] => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") },
        ["apis"] => new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. known.Where(resource => resource.Group.Length > 0).GroupBy(resource => resource.Group).Select(Group)]) },
        ["api", var version] => Resources("", version, known),
        ["apis", var group, var version] => Resources(group, version, known),
        _ => null,
    };

    private static JsonObject Group(IGrouping<string, FakeResource> resources)
    {
        var versions = resources.Select(resource => resource.Version).Distinct().Select(version => new JsonObject { ["groupVersion"] = $"{resources.Key}/{version}", ["version"] = version }).ToArray();
        return new JsonObject { ["name"] = resources.Key, ["versions"] = new JsonArray([.. versions]), ["preferredVersion"] = versions[0].DeepClone() };
    }

    private static JsonObject Resources(string group, string version, IReadOnlyCollection<FakeResource> known) => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
        ["resources"] = new JsonArray([.. known.Where(resource => resource.Group == group && resource.Version == version).Select(resource => new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Kind.ToLowerInvariant(),
            ["kind"] = resource.Kind,
            ["namespaced"] = resource.IsNamespaced,
            ["verbs"] = new JsonArray("create", "delete", "get", "list", "patch", "update", "watch"),
        })]),
    };
}
