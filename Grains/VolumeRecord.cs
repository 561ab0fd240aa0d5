using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorCsi.Grains.Providers.Sources;

namespace ActorCsi.Grains;

/// <summary>
/// What a volume remembers across restarts. Immutable: each change is a new record, so that whoever looks at it between two turns sees
/// one moment.
/// </summary>
/// <remarks>
/// Records outlive the version that wrote them. A property that an older one did not know must have a sane value when it is absent, and an initialiser does
/// not give it one: the generated reader sets every <c>init</c> property, those that are absent to null or zero (dotnet/runtime#84484). So the getter does.
/// </remarks>
[GenerateSerializer, Immutable, Alias("ActorCsi.VolumeRecord")]
public sealed record VolumeRecord
{
    /// <summary>Where the volume stands in its life.</summary>
    [Id(0)]
    public VolumeState State { get; init; }

    /// <summary>What the pod asked for; null before the first publish.</summary>
    [Id(1)]
    public VolumeSpec? Spec { get; init; }

    /// <summary>Where the volume is published; the first is where it is mounted, the others are bound to it.</summary>
    [Id(2)]
    public ImmutableArray<string> Targets { get => field.IsDefault ? [] : field; init; }

    /// <summary>The last tokens kubelet sent, unread.</summary>
    [Id(3)]
    public Secret? Tokens { get; init; }

    /// <summary>Where they were found.</summary>
    [Id(4)]
    public TokenSource TokenSource { get; init; }

    /// <summary>The last Secret kubelet sent of nodePublishSecretRef.</summary>
    [Id(5)]
    public ImmutableArray<KeptSecret> NodePublishSecrets { get => field.IsDefault ? [] : field; init; }

    /// <summary>Whether a fetch without a token cannot succeed.</summary>
    [Id(6)]
    public bool NeedsToken { get; init; }

    /// <summary>Whether the files hold the tokens themselves.</summary>
    [Id(7)]
    public bool FollowsTokens { get; init; }

    /// <summary>The provider that the class named last.</summary>
    [Id(8)]
    public string Provider { get => field ?? ""; init; }

    /// <summary>A fingerprint of the class that the bundle was fetched for.</summary>
    [Id(9)]
    public string ClassFingerprint { get => field ?? ""; init; }

    /// <summary>The generation that readers see; null when the provider wrote the files itself.</summary>
    [Id(10)]
    public string? Generation { get; init; }

    /// <summary>How many bundles were served.</summary>
    [Id(11)]
    public long Generations { get; init; }

    /// <summary>The versions of the objects served.</summary>
    [Id(12)]
    public ImmutableArray<ObjectVersion> Objects { get => field.IsDefault ? [] : field; init; }

    /// <summary>When the bundle became readable.</summary>
    [Id(13)]
    public DateTimeOffset? ServedAt { get; init; }

    /// <summary>When the bundle stops being of use.</summary>
    [Id(14)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the provider is asked next.</summary>
    [Id(15)]
    public DateTimeOffset? RefreshAt { get; init; }

    /// <summary>How many refreshes in a row have failed.</summary>
    [Id(16)]
    public int Failures { get; init; }

    /// <summary>Why the volume is stale.</summary>
    [Id(17)]
    public string? Reason { get; init; }

    /// <summary>Why the provider is asked at <see cref="RefreshAt"/>.</summary>
    [Id(18)]
    public RefreshCause RefreshCause { get; init; }

    /// <summary>When the provider gave the bundle, or last said that it is still what it has.</summary>
    [Id(19)]
    public DateTimeOffset? FetchedAt { get; init; }

    /// <summary>Since when the content has not been as fresh as it should be.</summary>
    [Id(20)]
    public DateTimeOffset? StaleSince { get; init; }

    /// <summary>What the files looked like; null when the provider wrote them itself.</summary>
    [Id(21)]
    public Refresh.BundleShape? Shape { get; init; }

    /// <summary>The key of the reload marker; null when the pod asked for none.</summary>
    [Id(22)]
    public Secret? MarkerKey { get; init; }

    /// <summary>What the files have of each source, where the class lists several.</summary>
    [Id(23)]
    public ImmutableArray<SourceState> Sources { get => field.IsDefault ? [] : field; init; }
}

/// <summary>How volume records are written to files.</summary>
public static class VolumeRecordJson
{
    /// <summary>
    /// The serialisation of <see cref="VolumeRecord"/>. Tokens and secrets are written only where <paramref name="secretsToo"/> says that
    /// the files never reach a disk; else they are left out, and come back with kubelet's next publish.
    /// </summary>
    public static JsonSerializerOptions Options(bool secretsToo)
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = VolumeRecordJsonContext.Default,
            // A record without a pod or with a null for a path is no record: better set aside than believed.
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };
        options.Converters.Add(SecretConverters.For(secretsToo));
        return options;
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(VolumeRecord))]
[JsonSerializable(typeof(ClassRecord))]
internal sealed partial class VolumeRecordJsonContext : JsonSerializerContext;
