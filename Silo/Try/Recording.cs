using System.Text.Json;
using Csi.V1;
using Google.Protobuf;

namespace ActorCsi.Silo.Try;

/// <summary>One call that a real kubelet made.</summary>
/// <param name="At">When it arrived at the driver.</param>
/// <param name="Request">The message it carried.</param>
internal sealed record RecordedCall(DateTimeOffset At, IMessage Request);

/// <summary>What a real kubelet sent for one pod, moved to a directory of our own and to a class of our own.</summary>
internal sealed class Recording
{
    private const string KubeletRoot = "/var/lib/kubelet";

    private Recording(string name, IReadOnlyList<RecordedCall> calls) => (Name, Calls) = (name, calls);

    /// <summary>The pod's volume, as it is called on the screen.</summary>
    public string Name { get; }

    public IReadOnlyList<RecordedCall> Calls { get; }

    public NodePublishVolumeRequest FirstPublish => Calls.Select(call => call.Request).OfType<NodePublishVolumeRequest>().First();

    /// <summary>Reads the recording <paramref name="file"/>, one JSON object a line, that is part of the program.</summary>
    public static Recording Load(string file, string name, string kubeletRoot, string secretProviderClass)
    {
        using var stream = typeof(Recording).Assembly.GetManifestResourceStream($"ActorCsi.Try.KubeletCapture.{file}")
            ?? throw new FileNotFoundException($"the recording {file} is not part of this program");
        using var lines = new StreamReader(stream);
        var calls = new List<RecordedCall>();
        while (lines.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line.Replace(KubeletRoot, kubeletRoot, StringComparison.Ordinal));
            var request = Parse(json.RootElement.GetProperty("method").GetString()!, json.RootElement.GetProperty("request").GetRawText());
            if (request is NodePublishVolumeRequest publish)
                publish.VolumeContext[VolumeSpec.ClassAttribute] = secretProviderClass;
            if (request is not null)
                calls.Add(new RecordedCall(json.RootElement.GetProperty("t").GetDateTimeOffset(), request));
        }
        return new Recording(name, calls);
    }

    private static IMessage? Parse(string method, string json) => method switch
    {
        "/csi.v1.Node/NodePublishVolume" => JsonParser.Default.Parse<NodePublishVolumeRequest>(json),
        "/csi.v1.Node/NodeUnpublishVolume" => JsonParser.Default.Parse<NodeUnpublishVolumeRequest>(json),
        "/csi.v1.Node/NodeGetVolumeStats" => JsonParser.Default.Parse<NodeGetVolumeStatsRequest>(json),
        _ => null,
    };
}
