using System.Text.Json;
using Csi.V1;
using Google.Protobuf;
using PluginRegistration.V1;

namespace ActorCsi.Tests.Driver;

/// <summary>One call that a real kubelet made.</summary>
/// <param name="Method">The gRPC path.</param>
/// <param name="Authority">The <c>:authority</c>.</param>
/// <param name="Deadline">What was left of the caller's deadline.</param>
/// <param name="Request">The message.</param>
/// <param name="Answered">The error that the recording driver answered; null for OK.</param>
internal sealed record RecordedCall(string Method, string Authority, TimeSpan Deadline, IMessage Request, string? Answered);

/// <summary>The recordings in KubeletCapture/.</summary>
internal static class Recording
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "KubeletCapture");

    /// <summary>The names of all recordings.</summary>
    public static IEnumerable<string> All => Directory.EnumerateFiles(Folder, "*.jsonl").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public static IReadOnlyList<RecordedCall> Load(string file)
        => [.. File.ReadLines(Path.Combine(Folder, file)).Select(Parse)];

    /// <summary>A sound publish, fresh for each caller: tokens in <c>secrets</c>.</summary>
    public static NodePublishVolumeRequest Publish() => FirstPublish("pod-tokens-in-secrets.jsonl");

    /// <summary>A sound publish, fresh for each caller: tokens in <c>volume_context</c>.</summary>
    public static NodePublishVolumeRequest PublishOfOldKind() => FirstPublish("pod-tokens-in-volume-context.jsonl");

    private static NodePublishVolumeRequest FirstPublish(string file) => Load(file).Select(call => call.Request).OfType<NodePublishVolumeRequest>().First();

    private static RecordedCall Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var call = json.RootElement;
        var method = call.GetProperty("method").GetString()!;
        return new RecordedCall(
            method,
            call.GetProperty("authority").GetString()!,
            TimeSpan.FromSeconds(call.GetProperty("deadline_s").GetDouble()),
            Message(method, call.GetProperty("request").GetRawText()),
            call.TryGetProperty("answered", out var answered) ? answered.GetString() : null);
    }

    private static IMessage Message(string method, string json) => method switch
    {
        "/csi.v1.Node/NodePublishVolume" => JsonParser.Default.Parse<NodePublishVolumeRequest>(json),
        "/csi.v1.Node/NodeUnpublishVolume" => JsonParser.Default.Parse<NodeUnpublishVolumeRequest>(json),
        "/csi.v1.Node/NodeGetVolumeStats" => JsonParser.Default.Parse<NodeGetVolumeStatsRequest>(json),
        "/csi.v1.Node/NodeGetInfo" => JsonParser.Default.Parse<NodeGetInfoRequest>(json),
        "/pluginregistration.Registration/GetInfo" => JsonParser.Default.Parse<InfoRequest>(json),
        "/pluginregistration.Registration/NotifyRegistrationStatus" => JsonParser.Default.Parse<RegistrationStatus>(json),
        _ => throw new ArgumentException($"no such call is known: {method}"),
    };
}
