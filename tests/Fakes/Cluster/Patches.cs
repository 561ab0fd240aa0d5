using System.Globalization;
using System.Text.Json.Nodes;

namespace ActorCsi.Fakes.Cluster;

/// <summary>RFC 7386 and RFC 6902.</summary>
internal static class Patches
{
    public static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject members)
            return patch?.DeepClone();
        var result = target is JsonObject ? target.DeepClone().AsObject() : [];
        foreach (var (name, value) in members)
            if (value is null)
                result.Remove(name);
            else
                result[name] = Merge(result[name], value);
        return result;
    }

    public static JsonObject Operations(JsonObject target, JsonArray operations)
    {
        var result = target.DeepClone().AsObject();
        foreach (var operation in operations)
            Operate(result, operation!["op"]!.ToString(), Pointer(operation["path"]!.ToString()), operation["value"]);
        return result;
    }

    private static void Operate(JsonObject root, string verb, string[] path, JsonNode? value)
    {
        var parent = path[..^1].Aggregate((JsonNode?)root, Step) ?? throw new ApiRefusal(422, "Invalid", "the path of an operation leads nowhere");
        switch (verb)
        {
            case "test":
                if (!JsonNode.DeepEquals(Step(parent, path[^1]), value))
                    throw new ApiRefusal(422, "Invalid", "the server rejected our request due to an error in our request"); // what the API server says of a failed test
                break;
            case "add" when parent is JsonArray list:
                list.Insert(path[^1] == "-" ? list.Count : Index(path[^1]), value?.DeepClone());
                break;
            case "add" or "replace" when parent is JsonObject members && (verb == "add" || members.ContainsKey(path[^1])):
                members[path[^1]] = value?.DeepClone();
                break;
            case "replace" when parent is JsonArray list:
                list[Index(path[^1])] = value?.DeepClone();
                break;
            case "remove" when parent is JsonArray list:
                list.RemoveAt(Index(path[^1]));
                break;
            case "remove" when parent is JsonObject members && members.Remove(path[^1]):
                break;
            default:
                throw new ApiRefusal(422, "Invalid", $"the operation {verb} cannot be done");
        }
    }

    private static JsonNode? Step(JsonNode? node, string part) => node switch
    {
        JsonObject members => members[part],
        JsonArray list => Index(part) is var index && index < list.Count ? list[index] : null,
        _ => null,
    };

    private static int Index(string part) => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string[] Pointer(string path)
        => [.. path.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
}
