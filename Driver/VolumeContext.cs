using System.Collections.Immutable;
using System.Globalization;
using Csi.V1;
using Google.Protobuf.Collections;

namespace ActorCsi.Driver;

/// <summary>
/// The only place that knows kubelet's key strings: turns a NodePublishVolume request into what the grains understand, or refuses it with the
/// name of the field, what was expected and how to mend it. Nothing is done yet when it refuses.
/// </summary>
/// <remarks>
/// The size and charset limits that the CSI specification sets for <c>secrets</c> and <c>volume_context</c> are not checked: kubelet itself
/// exceeds them with every token it sends (KEP-1855, KEP-5538).
/// </remarks>
internal static class VolumeContext
{
    private const string Prefix = "csi.storage.k8s.io/";
    private const string Tokens = Prefix + "serviceAccount.tokens";
    private const string PodName = Prefix + "pod.name";
    private const string PodNamespace = Prefix + "pod.namespace";
    private const string PodUid = Prefix + "pod.uid";
    private const string ServiceAccount = Prefix + "serviceAccount.name";
    private const string Ephemeral = Prefix + "ephemeral";

    /// <exception cref="VolumeException"><see cref="VolumeError.Invalid"/>: a field is missing or malformed.</exception>
    public static PublishRequest Read(NodePublishVolumeRequest request)
    {
        Require(request.VolumeId.Length > 0, "volume_id is empty");
        RequireTarget(request.TargetPath, "target_path");
        Require(request.VolumeCapability is not null, "volume_capability is missing");
        Require(request.VolumeCapability.AccessTypeCase is not VolumeCapability.AccessTypeOneofCase.Block,
            "volume_capability asks for a block device, expected mount: secrets are files");
        Require(request.VolumeCapability.AccessTypeCase is VolumeCapability.AccessTypeOneofCase.Mount, "volume_capability.mount is missing");
        Require(request.VolumeCapability.AccessMode is { Mode: not VolumeCapability.Types.AccessMode.Types.Mode.Unknown } mode && Enum.IsDefined(mode.Mode),
            "volume_capability.access_mode is missing or unknown");
        Require(request.VolumeContext.GetValueOrDefault(Ephemeral) is null or "true",
            $"volume_context[\"{Ephemeral}\"] is not \"true\": only inline volumes are served, so put the volume under spec.volumes[].csi of the pod, not in a PersistentVolume");

        var mount = request.VolumeCapability.Mount;
        var spec = new VolumeSpec(
            request.VolumeId,
            request.TargetPath,
            new PodIdentity(Pod(request, PodNamespace), Pod(request, PodName), Pod(request, PodUid), Pod(request, ServiceAccount)),
            Attributes(request.VolumeContext),
            AccessModeName(request.VolumeCapability.AccessMode.Mode),
            request.Readonly,
            Group(mount.VolumeMountGroup),
            string.Join(',', mount.MountFlags));

        // KEP-5538: look into secrets first, then into volume_context; kubelet never fills both.
        var (tokens, source) =
            request.Secrets.TryGetValue(Tokens, out var text) ? (text, TokenSource.Secrets)
            : request.VolumeContext.TryGetValue(Tokens, out text) ? (text, TokenSource.VolumeContext)
            : (null, TokenSource.None);
        return new PublishRequest(spec, tokens is null ? null : Secret.FromText(tokens), source, NodePublishSecrets(request.Secrets));
    }

    /// <summary>Checks a path that must be the target of a volume.</summary>
    /// <exception cref="VolumeException"><see cref="VolumeError.Invalid"/>.</exception>
    public static void RequireTarget(string path, string field)
    {
        Require(path.Length > 0, $"{field} is empty");
        Require(path[0] == '/' && !path.Contains('\0', StringComparison.Ordinal), $"{field} is not an absolute path");
        Require(!path.Split('/').Contains(".."), $"{field} must not go up with '..'");
    }

    /// <summary>Refuses the request unless the rule holds.</summary>
    public static void Require([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool rule, string otherwise)
    {
        if (!rule)
            throw new VolumeException(VolumeError.Invalid, otherwise);
    }

    private static string Pod(NodePublishVolumeRequest request, string key)
        => request.VolumeContext.GetValueOrDefault(key) is { Length: > 0 } value
            ? value
            : throw new VolumeException(VolumeError.Invalid, $"volume_context[\"{key}\"] is missing: set podInfoOnMount: true in the CSIDriver object");

    private static uint? Group(string group)
    {
        if (group.Length == 0)
            return null;
        Require(uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var id),
            "volume_capability.mount.volume_mount_group is not a group id, expected a decimal number such as 2000");
        return id;
    }

    private static StringMap Attributes(MapField<string, string> context)
    {
        var entries = new List<KeyValuePair<string, string>>(context.Count);
        foreach (var entry in context)
            if (entry.Key != Tokens)
                entries.Add(entry);
        return new StringMap(entries);
    }

    private static ImmutableArray<NamedSecret> NodePublishSecrets(MapField<string, string> secrets)
    {
        if (secrets.Count == 0 || (secrets.Count == 1 && secrets.ContainsKey(Tokens)))
            return [];
        return [.. secrets.Where(entry => entry.Key != Tokens).OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new NamedSecret(entry.Key, Secret.FromText(entry.Value)))];
    }

    private static string AccessModeName(VolumeCapability.Types.AccessMode.Types.Mode mode) => mode switch
    {
        VolumeCapability.Types.AccessMode.Types.Mode.SingleNodeWriter => "SINGLE_NODE_WRITER",
        VolumeCapability.Types.AccessMode.Types.Mode.SingleNodeReaderOnly => "SINGLE_NODE_READER_ONLY",
        VolumeCapability.Types.AccessMode.Types.Mode.MultiNodeReaderOnly => "MULTI_NODE_READER_ONLY",
        VolumeCapability.Types.AccessMode.Types.Mode.MultiNodeSingleWriter => "MULTI_NODE_SINGLE_WRITER",
        VolumeCapability.Types.AccessMode.Types.Mode.MultiNodeMultiWriter => "MULTI_NODE_MULTI_WRITER",
        VolumeCapability.Types.AccessMode.Types.Mode.SingleNodeSingleWriter => "SINGLE_NODE_SINGLE_WRITER",
        VolumeCapability.Types.AccessMode.Types.Mode.SingleNodeMultiWriter => "SINGLE_NODE_MULTI_WRITER",
        _ => throw new VolumeException(VolumeError.Invalid, "volume_capability.access_mode is unknown"),
    };
}
