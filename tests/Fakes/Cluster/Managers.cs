using System.Text.Json.Nodes;

namespace ActorCsi.Fakes.Cluster;

/// <summary>
/// Server-side apply, as far as it matters for objects like Secrets and statuses: maps are merged field by field, lists are replaced whole, save owner references,
/// which are merged by uid. Who manages a field is kept by path.
/// </summary>
internal sealed class Managers
{
    private static readonly HashSet<string> NotManaged =
        ["apiVersion", "kind", "metadata/name", "metadata/namespace", "metadata/uid", "metadata/resourceVersion", "metadata/creationTimestamp", "metadata/managedFields"];

    private readonly Dictionary<(string Manager, string Operation), HashSet<string>> _fields = [];

    /// <summary>Applies <paramref name="wanted"/> to <paramref name="current"/> in the name of <paramref name="manager"/>.</summary>
    public JsonObject Apply(JsonObject current, JsonObject wanted, string manager, bool force)
    {
        var mine = Leaves(wanted);
        var now = Leaves(current);
        var conflicts = _fields
            .Where(owner => owner.Key != (manager, "Apply"))
            .SelectMany(owner => owner.Value.Where(path => mine.TryGetValue(path, out var value) && now.TryGetValue(path, out var old) && !JsonNode.DeepEquals(value, old))
                .Select(path => (owner.Key.Manager, Path: path)))
            .ToList();
        if (conflicts.Count > 0 && !force)
            throw new ApiRefusal(409, "Conflict", $"Apply failed with {conflicts.Count} conflicts: conflicts with \"{conflicts[0].Manager}\": .{conflicts[0].Path.Replace('/', '.')}")
            {
                Causes = [.. conflicts.Select(conflict => ("FieldManagerConflict", $"conflict with \"{conflict.Manager}\"", "." + conflict.Path.Replace('/', '.')))],
            };

        var result = current.DeepClone().AsObject();
        foreach (var (_, path) in conflicts)
            Disown(path, except: (manager, "Apply"));
        var before = _fields.GetValueOrDefault((manager, "Apply")) ?? [];
        foreach (var path in before.Where(path => !mine.ContainsKey(path) && !_fields.Any(owner => owner.Key != (manager, "Apply") && owner.Value.Contains(path))))
            Remove(result, path);
        foreach (var (path, value) in mine)
            Set(result, path, value);
        _fields[(manager, "Apply")] = [.. mine.Keys];
        return result;
    }

    /// <summary>Takes note that <paramref name="manager"/> has changed the object in another way.</summary>
    public void Note(JsonObject before, JsonObject after, string manager)
    {
        var (old, now) = (Leaves(before), Leaves(after));
        foreach (var (path, value) in now.Where(leaf => !old.TryGetValue(leaf.Key, out var was) || !JsonNode.DeepEquals(was, leaf.Value)))
        {
            Disown(path, except: (manager, "Update"));
            if (!_fields.TryGetValue((manager, "Update"), out var fields))
                _fields[(manager, "Update")] = fields = [];
            fields.Add(path);
        }
        foreach (var path in old.Keys.Where(path => !now.ContainsKey(path)))
            Disown(path, except: default);
    }

    public JsonArray ToJson(string apiVersion) => [.. _fields.Where(owner => owner.Value.Count > 0).Select(owner => new JsonObject
    {
        ["manager"] = owner.Key.Manager,
        ["operation"] = owner.Key.Operation,
        ["apiVersion"] = apiVersion,
        ["fieldsType"] = "FieldsV1",
        ["fieldsV1"] = new JsonObject([.. owner.Value.Order(StringComparer.Ordinal).Select(path => KeyValuePair.Create("f:" + path, (JsonNode?)new JsonObject()))]),
    })];

    private void Disown(string path, (string, string) except)
    {
        foreach (var (owner, fields) in _fields)
            if (owner != except)
                fields.Remove(path);
    }

    private static Dictionary<string, JsonNode?> Leaves(JsonObject item)
    {
        var leaves = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        Collect(item, "");
        return leaves;

        void Collect(JsonObject node, string prefix)
        {
            foreach (var (name, value) in node)
            {
                var path = prefix + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
                if (NotManaged.Contains(path))
                    continue;
                if (path == "metadata/ownerReferences" && value is JsonArray owners)
                    foreach (var owner in owners)
                        leaves[$"{path}/{owner!["uid"]}"] = owner;
                else if (value is JsonObject { Count: > 0 } inner)
                    Collect(inner, path + "/");
                else
                    leaves[path] = value;
            }
        }
    }

    private static void Set(JsonObject item, string path, JsonNode? value)
    {
        var (parent, name) = Parent(item, path);
        if (parent is JsonArray owners)
        {
            RemoveOwner(owners, name);
            owners.Add(value?.DeepClone());
        }
        else
        {
            parent[name] = value?.DeepClone();
        }
    }

    private static void Remove(JsonObject item, string path)
    {
        var (parent, name) = Parent(item, path);
        if (parent is JsonArray owners)
            RemoveOwner(owners, name);
        else
            parent.AsObject().Remove(name);
    }

    private static void RemoveOwner(JsonArray owners, string uid)
    {
        if (owners.FirstOrDefault(owner => owner!["uid"]?.ToString() == uid) is { } found)
            owners.Remove(found);
    }

    private static (JsonNode Parent, string Name) Parent(JsonObject item, string path)
    {
        var parts = path.Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
        JsonNode parent = item;
        foreach (var part in parts[..^1])
        {
            if (parent[part] is not (JsonObject or JsonArray))
                parent[part] = part == "ownerReferences" ? new JsonArray() : new JsonObject();
            parent = parent[part]!;
        }
        return (parent, parts[^1]);
    }
}
