using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Tests.Deploy;

/// <summary>The API server keeps the fields that the driver reads and writes, and no others.</summary>
public sealed class CrdTests
{
    private static readonly JsonObject Classes = Definition("secretproviderclasses");
    private static readonly JsonObject Statuses = Definition("secretproviderclasspodstatuses");

    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha1")]
    public void Class_OfEitherVersion_HasTheFieldsThatAreRead(string version)
    {
        var spec = Schema(Classes, version)["properties"]!["spec"]!;
        var secretObject = spec["properties"]!["secretObjects"]!["items"]!;

        Assert.Equal(FieldsOf<SecretProviderClass>().Except(["namespace", "name", "createdAt"]), Fields(spec));
        Assert.Equal(FieldsOf<SecretObject>(), Fields(secretObject));
        Assert.Equal(FieldsOf<SecretObjectData>(), Fields(secretObject["properties"]!["data"]!["items"]!));
    }

    [Fact]
    public void Class_WithEveryField_IsReadWhole()
    {
        var written = (JsonObject)Example(Schema(Classes, "v1"), "")!;
        (written["apiVersion"], written["kind"], written["metadata"]) = ("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", new JsonObject { ["name"] = "every-field" });

        var read = ClassFile.Read(written.ToJsonString());

        Assert.Empty(read.Faults);
        Assert.Empty(read.PassedOver);
        var found = Assert.Single(read.Classes).Class;
        Assert.Equal(".spec.provider", found.Provider);
        Assert.Equal(".spec.parameters.any", found.Parameters["any"]);
        var secret = Assert.Single(found.SecretObjects);
        Assert.Equal((".spec.secretObjects.secretName", ".spec.secretObjects.type"), (secret.SecretName, secret.Type));
        Assert.Equal((".spec.secretObjects.labels.any", ".spec.secretObjects.annotations.any"), (secret.Labels["any"], secret.Annotations["any"]));
        Assert.Equal(new SecretObjectData(".spec.secretObjects.data.objectName", ".spec.secretObjects.data.key"), Assert.Single(secret.Data));
    }

    [Theory]
    [MemberData(nameof(ExampleTests.Files), MemberType = typeof(ExampleTests))]
    public void Examples_AreKeptByTheApiServerAsTheyAre(string file)
    {
        foreach (var found in Yaml.Read(File.ReadAllText(Path.Combine(Rendering.Folder, "examples", file))).Where(json => json["kind"]!.GetValue<string>() == "SecretProviderClass"))
            Assert.Empty(Faults(found, Schema(Classes, "v1"), ""));
    }

    [Fact]
    public void Status_OfEitherVersion_HasThePeersFields()
    {
        var status = Schema(Statuses, "v1")["properties"]!["status"]!;

        Assert.Equal(["mounted", "objects", "podName", "secretProviderClassName", "targetPath"], Fields(status));
        Assert.Equal(["id", "version"], Fields(status["properties"]!["objects"]!["items"]!));
        Assert.True(JsonNode.DeepEquals(Schema(Statuses, "v1"), Schema(Statuses, "v1alpha1")));
    }

    [Theory]
    [InlineData("secretproviderclasses")]
    [InlineData("secretproviderclasspodstatuses")]
    public void Versions_AreThePeers(string plural)
    {
        var versions = Definition(plural)["spec"]!["versions"]!.AsArray();

        Assert.Equal(["v1 served stored", "v1alpha1 served"], versions.Select(version =>
            version!["name"] + (version["served"]!.GetValue<bool>() ? " served" : "") + (version["storage"]!.GetValue<bool>() ? " stored" : "")));
        Assert.All(versions, version => Assert.Null(version!["subresources"])); // the driver writes statuses whole
    }

    [Theory]
    [InlineData("secretproviderclasses", "SecretProviderClass")]
    [InlineData("secretproviderclasspodstatuses", "SecretProviderClassPodStatus")]
    public void Names_AreThePeers(string plural, string kind)
    {
        var definition = Definition(plural);

        Assert.Equal($"{plural}.secrets-store.csi.x-k8s.io", definition["metadata"]!["name"]!.GetValue<string>());
        Assert.Equal("Namespaced", definition["spec"]!["scope"]!.GetValue<string>());
        Assert.Equal((kind, plural), (definition["spec"]!["names"]!["kind"]!.GetValue<string>(), definition["spec"]!["names"]!["plural"]!.GetValue<string>()));
    }

    private static JsonObject Definition(string plural) => Yaml.Read(File.ReadAllText(Path.Combine(Rendering.Folder, $"base/crds/{plural}.yaml"))).Single();

    private static JsonNode Schema(JsonObject definition, string version)
        => definition["spec"]!["versions"]!.AsArray().Single(found => found!["name"]!.GetValue<string>() == version)!["schema"]!["openAPIV3Schema"]!;

    private static IEnumerable<string> Fields(JsonNode schema) => schema["properties"]!.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal);

    private static ImmutableArray<string> FieldsOf<T>() => [.. typeof(T).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(StringComparer.Ordinal)];

    /// <summary>An object in which every field that the schema knows has its own path for a value.</summary>
    private static JsonNode? Example(JsonNode schema, string path) => schema["type"]!.GetValue<string>() switch
    {
        "object" when schema["additionalProperties"] is { } any => new JsonObject { ["any"] = Example(any, path + ".any") },
        "object" => new JsonObject((schema["properties"]?.AsObject() ?? []).Select(field => KeyValuePair.Create(field.Key, Example(field.Value!, $"{path}.{field.Key}")))),
        "array" => new JsonArray(Example(schema["items"]!, path)),
        "string" => path,
        "boolean" => true,
        var type => throw new InvalidOperationException(type),
    };

    /// <summary>What an API server would refuse or take away.</summary>
    private static IEnumerable<string> Faults(JsonNode? value, JsonNode schema, string path) => (schema["type"]!.GetValue<string>(), value) switch
    {
        ("object", JsonObject map) when path == ".metadata" => map.Count == 0 ? [path] : [],
        ("object", JsonObject map) => map.SelectMany(field => (schema["properties"]?[field.Key] ?? schema["additionalProperties"]) is { } known
            ? Faults(field.Value, known, $"{path}.{field.Key}") : [$"{path}.{field.Key} is no field"]),
        ("array", JsonArray list) => list.SelectMany(item => Faults(item, schema["items"]!, path + "[]")),
        ("string", JsonValue text) when text.TryGetValue<string>(out _) => [],
        ("boolean", JsonValue truth) when truth.TryGetValue<bool>(out _) => [],
        var (type, _) => [$"{path} is no {type}"],
    };
}
