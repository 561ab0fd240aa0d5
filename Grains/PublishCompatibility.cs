namespace ActorCsi.Grains;

/// <summary>
/// The CSI specification's table for a second NodePublishVolume: T (target) and P (everything but secrets). What kubelet derives from the driver's
/// own capabilities is no difference: see docs/decisions/0007-a-running-pod-outlives-a-change-of-capabilities.md. Stricter than the table in one cell: with an
/// access mode that allows several targets, another pod or class at another target would be OK there, and is refused here, for it would be shown this one's secrets.
/// </summary>
internal static class PublishCompatibility
{
    /// <summary>Refuses a publish that is at odds with the one that <paramref name="published"/> and <paramref name="targets"/> are the outcome of.</summary>
    /// <exception cref="VolumeException"><see cref="VolumeError.PublishedDifferently"/> or <see cref="VolumeError.PublishedElsewhere"/>.</exception>
    public static void Require(VolumeSpec asked, VolumeSpec published, IReadOnlyList<string> targets)
    {
        if (!targets.Contains(asked.TargetPath) && !AllowsSeveralTargets(asked.AccessMode))
            throw new VolumeException(VolumeError.PublishedElsewhere,
                $"volume {asked.VolumeId} is published at {targets[0]}, and access mode {asked.AccessMode} allows one target only");

        var alike = asked with
        {
            TargetPath = published.TargetPath,
            FsGroup = published.FsGroup,
            AccessMode = IsSameAccess(asked.AccessMode, published.AccessMode) ? published.AccessMode : asked.AccessMode,
        };
        if (alike != published)
            throw new VolumeException(VolumeError.PublishedDifferently,
                $"volume {asked.VolumeId} is published at {targets[0]} with other attributes, access mode, read-only flag or mount flags; unpublish it first");
    }

    /// <summary>ReadWriteOnce is one of these three, depending on whether the driver declares SINGLE_NODE_MULTI_WRITER.</summary>
    private static bool IsSameAccess(string one, string other)
        => one == other || (IsReadWriteOnce(one) && IsReadWriteOnce(other));

    private static bool IsReadWriteOnce(string mode) => mode is "SINGLE_NODE_WRITER" or "SINGLE_NODE_SINGLE_WRITER" or "SINGLE_NODE_MULTI_WRITER";

    private static bool AllowsSeveralTargets(string accessMode)
        => accessMode == "SINGLE_NODE_MULTI_WRITER" || accessMode.StartsWith("MULTI_NODE_", StringComparison.Ordinal);
}
