using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorCsi.Grains;
using ActorCsi.Grains.Providers.Sources;
using ActorCsi.Grains.Refresh;

namespace ActorCsi.Tests.Volumes;

/// <summary>Records on disk outlive the version that wrote them: what an older one did not know has a sane value, and what makes no sense is refused.</summary>
public sealed class VolumeRecordJsonTests
{
    private static readonly JsonSerializerOptions Json = VolumeRecordJson.Options(secretsToo: true);

    private static readonly VolumeRecord Full = new()
    {
        State = VolumeState.Stale,
        Spec = new Kubelet(TimeProvider.System).Spec,
        Targets = ["/a", "/b"],
        Tokens = Secret.FromText("tokens"),
        TokenSource = TokenSource.Secrets,
        NodePublishSecrets = [new KeptSecret("password", Secret.FromText("geheim"))],
        NeedsToken = true,
        FollowsTokens = true,
        Provider = "scripted",
        ClassFingerprint = "fingerprint",
        Generation = "..1",
        Generations = 7,
        Objects = [new ObjectVersion("object", "1")],
        ServedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch,
        RefreshAt = DateTimeOffset.UnixEpoch,
        Failures = 3,
        Reason = "because",
        RefreshCause = RefreshCause.Retry,
        FetchedAt = DateTimeOffset.UnixEpoch,
        StaleSince = DateTimeOffset.UnixEpoch,
        Shape = new BundleShape([new FileShape("file", FileKind.Json, null)], KeysMatch: null),
        MarkerKey = Secret.FromText("marker"),
        Sources =
        [
            new SourceState
            {
                Name = "vault",
                Provider = "vault",
                Fingerprint = "fingerprint/directory",
                Files = [new SourceFile("directory/file", 420)],
                Objects = [new ObjectVersion("object", "1")],
                FetchedAt = DateTimeOffset.UnixEpoch,
                ExpiresAt = DateTimeOffset.UnixEpoch,
                RefreshAt = DateTimeOffset.UnixEpoch,
                RefreshCause = RefreshCause.Expiry,
                FollowsTokens = true,
            },
        ],
    };

    private static readonly string[] Names = [.. typeof(VolumeRecord).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)];

    public static TheoryData<string> Properties => [.. Names];

    [Fact]
    public void Write_FullRecord_ReadsBack() => Assert.Equivalent(Full, Read(Written()), strict: true);

    [Fact]
    public void Write_SparseRecord_ReadsBack()
    {
        var sparse = new VolumeRecord { Spec = Full.Spec! with { ReadOnly = false, FsGroup = null, MountFlags = "", Attributes = StringMap.Empty } };

        Assert.Equivalent(sparse, Read(JsonSerializer.SerializeToNode(sparse, Json)!.AsObject()), strict: true);
    }

    [Fact]
    public void Write_FullRecord_LeavesNoPropertyOut()
        => Assert.Equal(Names.Order(StringComparer.Ordinal), Written().Select(property => property.Key).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Properties))]
    public void Read_RecordOfAVersionWithoutTheProperty_IsAsIfItHadNotBeenSet(string name)
    {
        var json = Written();
        Assert.True(json.Remove(name));

        var property = typeof(VolumeRecord).GetProperty(name)!;
        var read = property.GetValue(Read(json));

        Assert.Equal(property.GetValue(new VolumeRecord()), read);
    }

    [Fact]
    public void Read_EmptyRecord_CanBeLookedAt()
    {
        var record = Read([]);

        Assert.Empty(record.Targets);
        Assert.Empty(record.NodePublishSecrets);
        Assert.Empty(record.Objects);
        Assert.Equal(("", ""), (record.Provider, record.ClassFingerprint));
    }

    [Fact]
    public void Read_PropertyOfANewerVersion_IsPassedOver()
    {
        var json = Written();
        json["Invented"] = "later";

        Assert.Equal(Full.Generations, Read(json).Generations);
    }

    [Theory]
    [InlineData("Provider")]
    [InlineData("Spec.VolumeId")]
    [InlineData("Spec.MountFlags")]
    [InlineData("Spec.Pod.Uid")]
    [InlineData("Shape.Files")]
    public void Read_NullWhereThereMustBeText_IsRefused(string path)
    {
        var json = Written();
        var names = path.Split('.');
        var holder = names[..^1].Aggregate((JsonNode)json, (node, name) => node[name]!);
        holder[names[^1]] = null;

        Assert.Throws<JsonException>(() => Read(json));
    }

    [Theory]
    [InlineData("VolumeId")]
    [InlineData("TargetPath")]
    [InlineData("Pod")]
    [InlineData("Attributes")]
    [InlineData("AccessMode")]
    [InlineData("MountFlags")]
    public void Read_SpecWithoutAPart_IsRefused(string name)
    {
        var json = Written();
        Assert.True(((JsonObject)json["Spec"]!).Remove(name));

        Assert.Throws<JsonException>(() => Read(json));
    }

    [Fact]
    public void Write_WhereNoSecretIsKept_LeavesNothingOfThem()
    {
        var text = JsonSerializer.Serialize(Full, VolumeRecordJson.Options(secretsToo: false));

        Assert.DoesNotContain(Convert.ToBase64String("tokens"u8), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("geheim"u8), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("marker"u8), text, StringComparison.Ordinal);
        var read = JsonSerializer.Deserialize<VolumeRecord>(text, VolumeRecordJson.Options(secretsToo: false))!;
        Assert.Null(read.Tokens ?? read.MarkerKey);
        Assert.Equal<KeptSecret>([new("password", null)], read.NodePublishSecrets);
        Assert.Equal(TokenSource.Secrets, read.TokenSource);
    }

    [Fact]
    public void Read_WhereNoSecretIsKept_DoesNotReadOneThatIsThereAllTheSame()
    {
        var read = JsonSerializer.Deserialize<VolumeRecord>(Written().ToJsonString(), VolumeRecordJson.Options(secretsToo: false))!;

        Assert.Null(read.Tokens);
        Assert.Null(read.NodePublishSecrets.Single().Value);
    }

    private static JsonObject Written() => JsonSerializer.SerializeToNode(Full, Json)!.AsObject();

    private static VolumeRecord Read(JsonObject json) => JsonSerializer.Deserialize<VolumeRecord>(json.ToJsonString(), Json)!;
}
