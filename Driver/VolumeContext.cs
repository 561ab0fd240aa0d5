using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Csi.V1;
using Google.Protobuf.Collections;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace ActorCsi.Driver;

/// <summary>
/// The only place that knows kubelet's key strings: turns a request into what the grains understand, or refuses it with the name of the
/// field, what was expected and how to mend it. Nothing is done yet when it refuses.
/// </summary>
/// <remarks>
/// The size and charset limits that the CSI specification sets for <c>secrets</c> and <c>volume_context</c> are not checked: kubelet itself
/// exceeds them with every token it sends (KEP-1855, KEP-5538). Nor is <c>readonly</c>: docs/decisions/0003-readonly-may-be-false.md.
/// No value is repeated in a refusal: it could be a secret in the wrong place.
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

    private const int LongestVolumeId = 128; // bytes: the CSI specification's limit of a string
    private const int LongestPath = 4095; // bytes: PATH_MAX without the closing zero

    /// <exception cref="VolumeException"><see cref="VolumeError.Invalid"/>: a field is missing or malformed.</exception>
    public static PublishRequest Read(NodePublishVolumeRequest request)
    {
        var volumeId = VolumeId(request.VolumeId);
        var target = AbsolutePath(request.TargetPath, "target_path");
        var capability = request.VolumeCapability;
        Require(capability is not null, "volume_capability is missing");
        Require(capability.AccessTypeCase is not VolumeCapability.AccessTypeOneofCase.Block,
            "volume_capability asks for a block device, expected mount: secrets are files");
        Require(capability.AccessTypeCase is VolumeCapability.AccessTypeOneofCase.Mount, "volume_capability.mount is missing");
        var accessMode = AccessModeName(capability.AccessMode?.Mode ?? Mode.Unknown);
        Require(accessMode is not null, "volume_capability.access_mode is missing or unknown, expected a mode of the CSI specification, such as SINGLE_NODE_WRITER");
        var fsGroup = GroupId(capability.Mount.VolumeMountGroup);
        Require(!request.VolumeContext.TryGetValue(Ephemeral, out var ephemeral) || ephemeral == "true",
            $"volume_context[\"{Ephemeral}\"] is not \"true\": only inline volumes are served, so put the volume under spec.volumes[].csi of the pod, not in a PersistentVolume");
        var pod = new PodIdentity(PodField(request, PodNamespace), PodField(request, PodName), PodField(request, PodUid), PodField(request, ServiceAccount));

        var spec = new VolumeSpec(volumeId, target, pod, Attributes(request.VolumeContext), accessMode, request.Readonly, fsGroup,
            string.Join(',', capability.Mount.MountFlags));
        var (tokens, source) = PodTokens(request);
        return new PublishRequest(spec, tokens, source, NodePublishSecrets(request));
    }

    /// <exception cref="VolumeException"><see cref="VolumeError.Invalid"/>: a field is missing or malformed.</exception>
    public static string Read(ValidateVolumeCapabilitiesRequest request)
    {
        var volumeId = VolumeId(request.VolumeId);
        Require(request.VolumeCapabilities.Count > 0, "volume_capabilities is empty");
        return volumeId;
    }

    /// <exception cref="VolumeException"><see cref="VolumeError.Invalid"/>: a field is missing or malformed.</exception>
    public static (string VolumeId, string TargetPath) Read(NodeUnpublishVolumeRequest request)
        => (VolumeId(request.VolumeId), AbsolutePath(request.TargetPath, "target_path"));

    /// <summary>A path at which no volume can be, such as a relative one, is given as it is: it is not found there, which is what csi-sanity wants to hear.</summary>
    /// <exception cref="VolumeException"><see cref="VolumeError.Invalid"/>: a field is missing or malformed.</exception>
    public static (string VolumeId, string VolumePath) Read(NodeGetVolumeStatsRequest request)
        => (VolumeId(request.VolumeId), request.VolumePath is [not '/', ..] relative ? relative : AbsolutePath(request.VolumePath, "volume_path"));

    private static void Require([DoesNotReturnIf(false)] bool rule, string otherwise)
    {
        if (!rule)
            throw new VolumeException(VolumeError.Invalid, otherwise);
    }

    private static string VolumeId(string id)
    {
        Require(!string.IsNullOrWhiteSpace(id), "volume_id is empty");
        Require(Encoding.UTF8.GetByteCount(id) <= LongestVolumeId, $"volume_id is longer than the {LongestVolumeId} bytes that CSI allows");
        Require(!HasControlCharacters(id), "volume_id holds control characters");
        return id;
    }

    /// <summary>The path in its one simplest form, so that an unpublish of <c>/a//b/</c> finds what was published at <c>/a/b</c>.</summary>
    private static string AbsolutePath(string path, string field)
    {
        Require(path.Length > 0, $"{field} is empty");
        Require(path[0] == '/', $"{field} is not absolute: expected a path that begins with '/'");
        Require(!HasControlCharacters(path), $"{field} holds control characters");
        Require(Encoding.UTF8.GetByteCount(path) <= LongestPath, $"{field} is longer than the {LongestPath} bytes of a path");
        foreach (var segment in path.AsSpan().Split('/'))
            Require(path.AsSpan(segment) is not "..", $"{field} goes up with '..': expected a path that leads straight to the volume");
        var simplest = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)); // the same string when it is that already
        Require(simplest.Length > 1, $"{field} is the root directory");
        return simplest;
    }

    private static bool HasControlCharacters(string text) => text.AsSpan().ContainsAnyInRange('\0', '\x1f');

    private static uint? GroupId(string group)
    {
        if (group.Length == 0)
            return null;
        Require(uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != uint.MaxValue, // -1 means "none" to chown(2)
            "volume_capability.mount.volume_mount_group is not a group id: expected a decimal number, such as the 2000 of fsGroup: 2000");
        return id;
    }

    private static string PodField(NodePublishVolumeRequest request, string key)
    {
        Require(request.VolumeContext.TryGetValue(key, out var value) && value.Length > 0,
            $"volume_context[\"{key}\"] is missing: set podInfoOnMount: true in the CSIDriver object");
        return value;
    }

    /// <summary>KEP-5538: look into <c>secrets</c> first, then into <c>volume_context</c>; kubelet never fills both.</summary>
    private static (Secret?, TokenSource) PodTokens(NodePublishVolumeRequest request)
        => request.Secrets.TryGetValue(Tokens, out var tokens) && tokens.Length > 0 ? (Secret.FromText(tokens), TokenSource.Secrets)
        : request.VolumeContext.TryGetValue(Tokens, out tokens) && tokens.Length > 0 ? (Secret.FromText(tokens), TokenSource.VolumeContext)
        : (null, TokenSource.None);

    private static StringMap Attributes(MapField<string, string> context)
    {
        var entries = new List<KeyValuePair<string, string>>(context.Count);
        foreach (var entry in context)
            if (IsSecret(entry))
                entries.Add(new(entry.Key, Secret.Redacted));
            else if (entry.Key != Tokens)
                entries.Add(entry);
        return new StringMap(entries);
    }

    /// <summary>Sorted by name, so that the same Secret always gives the same request.</summary>
    private static ImmutableArray<NamedSecret> NodePublishSecrets(NodePublishVolumeRequest request)
    {
        var named = ImmutableArray.CreateBuilder<NamedSecret>(request.Secrets.Count);
        foreach (var (name, value) in request.Secrets)
            if (name != Tokens)
                named.Add(new NamedSecret(name, Secret.FromText(value)));
        foreach (var attribute in request.VolumeContext)
            if (IsSecret(attribute))
                named.Add(new NamedSecret(attribute.Key, Secret.FromText(attribute.Value)));
        named.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return named.DrainToImmutable();
    }

    private static bool IsSecret(KeyValuePair<string, string> attribute) => attribute.Value.Length > 0 && VolumeSpec.IsSecret(attribute.Key);

    private static string? AccessModeName(Mode mode) => mode switch
    {
        Mode.SingleNodeWriter => "SINGLE_NODE_WRITER",
        Mode.SingleNodeReaderOnly => "SINGLE_NODE_READER_ONLY",
        Mode.MultiNodeReaderOnly => "MULTI_NODE_READER_ONLY",
        Mode.MultiNodeSingleWriter => "MULTI_NODE_SINGLE_WRITER",
        Mode.MultiNodeMultiWriter => "MULTI_NODE_MULTI_WRITER",
        Mode.SingleNodeSingleWriter => "SINGLE_NODE_SINGLE_WRITER",
        Mode.SingleNodeMultiWriter => "SINGLE_NODE_MULTI_WRITER",
        _ => null,
    };
}
