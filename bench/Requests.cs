using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Csi.V1;
using Google.Protobuf;

namespace ActorCsi.Bench;

/// <summary>A publish, encoded.</summary>
internal sealed record ReadyRequest(string VolumeId, string TargetPath, byte[] Bytes)
{
    public static ReadyRequest Of(NodePublishVolumeRequest request) => new(request.VolumeId, request.TargetPath, request.ToByteArray());

    /// <summary>As many bytes, in a field that a probe does not know.</summary>
    public byte[] AsUnknownField()
    {
        var bytes = new byte[Bytes.Length];
        var output = new CodedOutputStream(bytes);
        output.WriteTag(100, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes, 0, bytes.Length - 4)); // 2 bytes of tag, 2 of length
        output.Flush();
        return bytes;
    }
}

/// <summary>Requests of the size and shape that a kubelet sends, with tokens that are good for an hour.</summary>
internal static class Requests
{
    public static ReadyRequest Publish(string root, int number, string className = "token")
    {
        var pod = $"pod-{number}";
        var uid = new Guid(number, 0, 0, new byte[8]).ToString();
        var target = Path.Combine(root, "pods", uid, "volumes/kubernetes.io~csi/secrets/mount");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        return ReadyRequest.Of(new NodePublishVolumeRequest
        {
            VolumeId = "csi-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uid + "secrets"))),
            TargetPath = target,
            Readonly = true,
            VolumeCapability = new() { Mount = new(), AccessMode = new() { Mode = VolumeCapability.Types.AccessMode.Types.Mode.SingleNodeWriter } },
            Secrets = { ["csi.storage.k8s.io/serviceAccount.tokens"] = Tokens(pod, uid) },
            VolumeContext =
            {
                ["csi.storage.k8s.io/ephemeral"] = "true",
                ["csi.storage.k8s.io/pod.name"] = pod,
                ["csi.storage.k8s.io/pod.namespace"] = "default",
                ["csi.storage.k8s.io/pod.uid"] = uid,
                ["csi.storage.k8s.io/serviceAccount.name"] = "app-sa",
                ["secretProviderClass"] = className,
            },
        });
    }

    private static string Tokens(string pod, string uid)
    {
        var now = DateTimeOffset.UtcNow;
        string Jwt(string audience)
        {
            var claims = new Dictionary<string, object>
            {
                ["aud"] = new[] { audience },
                ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
                ["iat"] = now.ToUnixTimeSeconds(),
                ["iss"] = "https://kubernetes.default.svc.cluster.local",
                ["kubernetes.io"] = new { @namespace = "default", node = new { name = "node", uid }, pod = new { name = pod, uid }, serviceaccount = new { name = "app-sa", uid } },
                ["nbf"] = now.ToUnixTimeSeconds(),
                ["sub"] = "system:serviceaccount:default:app-sa",
            };
            return $"{Base64Url.EncodeToString("""{"alg":"RS256","kid":"bench"}"""u8)}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(256))}";
        }
        string[] audiences = ["https://kubernetes.default.svc", "https://sts.example.com", "vault"];
        return JsonSerializer.Serialize(audiences.ToDictionary(audience => audience, audience =>
            new { token = Jwt(audience), expirationTimestamp = now.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture) }));
    }
}
