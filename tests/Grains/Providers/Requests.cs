using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tokens;

namespace ActorCsi.Tests.Providers;

/// <summary>A valid request that a test changes in one place.</summary>
internal static class Requests
{
    public static readonly PodIdentity Pod = new("shop", "web-0", "fa24ba5f-26a8-4947-8c00-6fb48ff1305f", "web-sa");

    public static readonly VolumeSpec Volume = new(
        "csi-8ca6d772", "/var/lib/kubelet/pods/fa24ba5f/volumes/kubernetes.io~csi/secrets/mount", Pod,
        new StringMap(
        [
            new("csi.storage.k8s.io/ephemeral", "true"),
            new("csi.storage.k8s.io/pod.name", Pod.Name),
            new("csi.storage.k8s.io/pod.namespace", Pod.Namespace),
            new("csi.storage.k8s.io/pod.uid", Pod.Uid),
            new("csi.storage.k8s.io/serviceAccount.name", Pod.ServiceAccount),
            new("secretProviderClass", "class"),
        ]),
        "SINGLE_NODE_WRITER", ReadOnly: true, FsGroup: null, MountFlags: "");

    public static SecretProviderClass Class(string provider, params (string Name, string Value)[] parameters)
        => new("shop", "class", provider, new StringMap(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))), []);

    public static FetchRequest For(SecretProviderClass secretClass, params PodToken[] tokens)
        => new(Volume, secretClass, new PodTokens([.. tokens]), tokens is [] ? TokenSource.None : TokenSource.Secrets, [], []);

    public static PodToken Token(string audience, string token, DateTimeOffset expiresAt) => new(audience, Secret.FromText(token), expiresAt);
}
