using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ActorCsi.Admin.V1;

namespace ActorCsi.Silo.Operate;

/// <summary>Writes the answers for programs. Fields are added and never renamed; a field without a value is left out.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // nobody puts it into HTML

    public static void Write<T>(TextWriter output, T answer, JsonTypeInfo<T> type)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Readable))
            JsonSerializer.Serialize(writer, answer, type);
        output.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }
}

/// <summary><c>ps -o json</c>.</summary>
internal sealed record VolumeListJson(IReadOnlyList<VolumeJson> Volumes, IReadOnlyList<LoginJson> Logins);

/// <summary>What was taken out at a secret store for one service account. Without volumes it waits to be given back, or for its end.</summary>
internal sealed record LoginJson(
    string Store,
    string Namespace,
    string ServiceAccount,
    string Role,
    int Logins,
    DateTime? LoginsUntil,
    int Leases,
    DateTime? LeasesUntil,
    IReadOnlyList<string> Volumes)
{
    public static LoginJson Of(Login login) => new(
        login.Store, login.PodNamespace, login.ServiceAccount, login.Role, login.Logins, login.LoginsUntil?.ToDateTime(), login.Leases, login.LeasesUntil?.ToDateTime(),
        [.. login.Volumes]);
}

/// <summary>A volume. Times are RFC 3339 in UTC.</summary>
internal sealed record VolumeJson(
    string VolumeId,
    string State,
    string Namespace,
    string Pod,
    string Class,
    string Provider,
    IReadOnlyList<string> Targets,
    long Generation,
    DateTime? ServedAt,
    DateTime? ExpiresAt,
    DateTime? RefreshAt,
    string? Reason,
    DateTime? StaleSince,
    string? RefreshCause,
    HoldJson? Hold)
{
    public static VolumeJson Of(Volume volume) => new(
        volume.VolumeId, volume.State, volume.PodNamespace, volume.PodName, volume.ClassName, volume.Provider, [.. volume.Targets], volume.Generation,
        volume.ServedAt?.ToDateTime(), volume.ExpiresAt?.ToDateTime(), volume.RefreshAt?.ToDateTime(), Words(volume.Reason),
        volume.StaleSince?.ToDateTime(), Words(volume.RefreshCause), HoldJson.Of(volume.Hold));

    internal static string? Words(string text) => text.Length == 0 ? null : text;
}

/// <summary>A hold on a class. Without a time it is the class itself that says so.</summary>
internal sealed record HoldJson(DateTime? Since, string Reason)
{
    public static HoldJson? Of(Hold? hold) => hold is null ? null : new(hold.Since?.ToDateTime(), hold.Reason);
}

/// <summary><c>hold -o json</c> and <c>resume -o json</c>.</summary>
internal sealed record HeldClassJson(string Namespace, string Class, IReadOnlyList<VolumeJson> Volumes);

/// <summary><c>inspect -o json</c>.</summary>
internal sealed record VolumeReportJson(
    VolumeJson Volume,
    string PodUid,
    string ServiceAccount,
    SortedDictionary<string, string> Attributes,
    string AccessMode,
    bool ReadOnly,
    uint? FsGroup,
    string TokenSource,
    IReadOnlyList<TokenJson> Tokens,
    IReadOnlyList<string> NodePublishSecrets,
    IReadOnlyList<ObjectJson> Objects,
    int Failures,
    IReadOnlyList<RefreshJson> Refreshes,
    IReadOnlyList<SourceJson> Sources,
    IReadOnlyList<LoginJson> Logins)
{
    public static VolumeReportJson Of(InspectVolumeResponse report) => new(
        VolumeJson.Of(report.Volume), report.PodUid, report.ServiceAccount, new(report.Attributes, StringComparer.Ordinal), report.AccessMode, report.ReadOnly,
        report.HasFsGroup ? report.FsGroup : null, report.TokenSource,
        [.. report.Tokens.Select(token => new TokenJson(token.Audience, token.IssuedAt?.ToDateTime(), token.ExpiresAt.ToDateTime()))],
        [.. report.NodePublishSecrets], [.. report.Objects.Select(version => new ObjectJson(version.Id, version.Version))], report.Failures,
        [.. report.Refreshes.Select(RefreshJson.Of)], [.. report.Sources.Select(SourceJson.Of)], [.. report.Logins.Select(LoginJson.Of)]);
}

/// <summary>A token, without the token.</summary>
internal sealed record TokenJson(string Audience, DateTime? IssuedAt, DateTime ExpiresAt);

/// <summary>An object of a secret store.</summary>
internal sealed record ObjectJson(string Id, string Version);

/// <summary>One of the sources that the class lists.</summary>
internal sealed record SourceJson(string Name, string Provider, int Files, DateTime FetchedAt, DateTime? ExpiresAt, DateTime? RefreshAt)
{
    public static SourceJson Of(InspectVolumeResponse.Types.Source source)
        => new(source.Name, source.Provider, source.Files, source.FetchedAt.ToDateTime(), source.ExpiresAt?.ToDateTime(), source.RefreshAt?.ToDateTime());
}

/// <summary>One time that a provider was asked.</summary>
internal sealed record RefreshJson(DateTime At, double TookSeconds, bool Changed, string? Error, string? Message)
{
    public static RefreshJson Of(InspectVolumeResponse.Types.Refresh refresh) => new(
        refresh.At.ToDateTime(), refresh.Took.ToTimeSpan().TotalSeconds, refresh.Changed, VolumeJson.Words(refresh.Error), VolumeJson.Words(refresh.Message));
}

/// <summary><c>refresh -o json</c>.</summary>
internal sealed record RefreshListJson(IReadOnlyList<RefreshedVolumeJson> Volumes);

/// <summary>What became of one volume. Result: changed, unchanged, pending or failed.</summary>
internal sealed record RefreshedVolumeJson(VolumeJson Volume, string Result, double TookSeconds, string? Error, string? Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VolumeListJson))]
[JsonSerializable(typeof(VolumeReportJson))]
[JsonSerializable(typeof(RefreshListJson))]
[JsonSerializable(typeof(HeldClassJson))]
internal sealed partial class OperatorJson : JsonSerializerContext;
