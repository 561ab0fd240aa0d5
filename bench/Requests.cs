using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Csi.V1;

namespace ActorCsi.Bench;

/// <summary>Requests of the size and shape that a kubelet sends, with tokens that are good for an hour.</summary>
internal static class Requests
{
    public const string Class = "token";

    public static NodePublishVolumeRequest Publish(string root, int number)
    {
        var pod = $"pod-{number}";
        var uid = new Guid(number, 0, 0, new byte[8]).ToString();
        var target = Path.Combine(root, "pods", uid, "volumes/kubernetes.io~csi/secrets/mount");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        return new NodePublishVolumeRequest
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
                ["secretProviderClass"] = Class,
            },
        };
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
