using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorCsi.Tests.Deploy;

/// <summary>A Kubernetes object in a rendering.</summary>
internal sealed record Manifest(JsonObject Json)
{
    public string Kind => Text("kind")!;

    public string Name => Text("metadata", "name")!;

    public string? Namespace => Text("metadata", "namespace");

    public JsonNode? this[params string[] path] => path.Aggregate((JsonNode?)Json, (node, field) => node?[field]);

    public string? Text(params string[] path) => this[path]?.GetValue<string>();

    public Dictionary<string, string> Texts(params string[] path) => this[path]?.Deserialize<Dictionary<string, string>>() ?? [];

    /// <summary>The entries of a list of objects.</summary>
    public IEnumerable<JsonObject> List(params string[] path) => this[path]?.AsArray().Select(item => item!.AsObject()) ?? [];

    public override string ToString() => $"{Kind} {Name}";
}
