namespace ActorCsi;

/// <summary>
/// What a pod asked for, checked and immutable. Two specs are equal when the CSI specification calls the publishes compatible:
/// everything but secrets and tokens counts.
/// </summary>
/// <param name="VolumeId">The CSI volume id; for inline volumes <c>csi-</c> and the sha256 of pod uid and volume name.</param>
/// <param name="TargetPath">Where the files must appear: an absolute path that ends in <c>/mount</c>.</param>
/// <param name="Pod">The pod that the volume belongs to.</param>
/// <param name="Attributes">The whole volume_context but the tokens: kubelet's pod information and the pod's own volumeAttributes, without secrets (<see cref="IsSecret"/>).</param>
/// <param name="AccessMode">The CSI access mode's name, such as <c>SINGLE_NODE_WRITER</c>.</param>
/// <param name="ReadOnly">The pod's <c>csi.readOnly</c>.</param>
/// <param name="FsGroup">The pod's fsGroup from volume_mount_group: group owner of the files; null when none was asked for.</param>
/// <param name="MountFlags">Mount flags of the volume capability, joined by commas; kubelet sends none for inline volumes.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.VolumeSpec")]
public sealed record VolumeSpec(
    [property: Id(0)] string VolumeId,
    [property: Id(1)] string TargetPath,
    [property: Id(2)] PodIdentity Pod,
    [property: Id(3)] StringMap Attributes,
    [property: Id(4)] string AccessMode,
    [property: Id(5)] bool ReadOnly,
    [property: Id(6)] uint? FsGroup,
    [property: Id(7)] string MountFlags)
{
    /// <summary>The attribute of the pod's volume that names its SecretProviderClass, as in the peer's manifests.</summary>
    public const string ClassAttribute = "secretProviderClass";

    /// <summary>
    /// Whether the value of an attribute is a secret: cert-manager's driver has the password of a PKCS#12 file in the pod's manifest, with dashes or without. Such a value comes in
    /// <see cref="PublishRequest.NodePublishSecrets"/>, under the attribute's name, and <see cref="Attributes"/> have <see cref="Secret.Redacted"/> in its place: what a volume wants is
    /// written to a disk and shown to operators, its secrets are not.
    /// </summary>
    public static bool IsSecret(string attribute)
        => attribute.Contains("12", StringComparison.Ordinal) && attribute.Replace("-", "", StringComparison.Ordinal).EndsWith("/pkcs12Password", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of the volume's SecretProviderClass, in the pod's namespace; empty when the pod names none.</summary>
    public string ClassName => Attributes[ClassAttribute] ?? "";
}

/// <summary>Who a pod is: what kubelet says of it and what its tokens must say too.</summary>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Name">The pod's name.</param>
/// <param name="Uid">The pod's uid.</param>
/// <param name="ServiceAccount">The name of the pod's service account.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.PodIdentity")]
public sealed record PodIdentity(
    [property: Id(0)] string Namespace,
    [property: Id(1)] string Name,
    [property: Id(2)] string Uid,
    [property: Id(3)] string ServiceAccount)
{
    /// <summary>namespace/name, as users write it.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
