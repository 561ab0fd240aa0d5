using System.Collections.Immutable;
using ActorCsi.Admin.V1;

namespace ActorCsi.Driver;

/// <summary>Finds the volumes that an operator means.</summary>
internal static class VolumeSelection
{
    /// <summary>Those that fit all that is set, sorted by pod and volume id. A whole volume id means that volume alone, though others may begin with it.</summary>
    public static ImmutableArray<Volume> Of(IEnumerable<Volume> volumes, VolumeSelector selector)
    {
        ImmutableArray<Volume> fitting =
        [
            .. volumes.Where(volume => Fits(volume, selector))
                .OrderBy(volume => $"{volume.PodNamespace}/{volume.PodName}", StringComparer.Ordinal).ThenBy(volume => volume.VolumeId, StringComparer.Ordinal),
        ];
        return fitting.FirstOrDefault(volume => volume.VolumeId == selector.Volume) is { } exact ? [exact] : fitting;
    }

    /// <summary>namespace/pod/name; the name is that of the volume in the pod, which kubelet puts before the last part of the target path.</summary>
    public static string PathOf(Volume volume)
        => $"{volume.PodNamespace}/{volume.PodName}/{(volume.Targets is [var target, ..] ? Path.GetFileName(Path.GetDirectoryName(target)) : "")}";

    /// <summary>Whether what no volume uses any more is meant: it has a namespace, and no pod, no class and no state.</summary>
    public static bool FitsNoVolume(StoreLogin login, VolumeSelector? selector)
        => selector is null || new VolumeSelector { Namespace = selector.Namespace }.Equals(selector) && IsAny(selector.Namespace, login.Namespace);

    private static bool Fits(Volume volume, VolumeSelector selector)
        => IsMeant(volume, selector.Volume)
            && IsAny(selector.Namespace, volume.PodNamespace)
            && IsAny(selector.ClassName, volume.ClassName)
            && IsAny(selector.ClassNamespace, volume.PodNamespace) // a class is always in its pods' own namespace
            && (!selector.Stale || volume.State != nameof(VolumeState.Serving));

    private static bool IsAny(string wanted, string found) => wanted.Length == 0 || wanted == found;

    private static bool IsMeant(Volume volume, string words)
    {
        if (!words.Contains('/', StringComparison.Ordinal))
            return volume.VolumeId.StartsWith(words, StringComparison.Ordinal);
        var path = PathOf(volume);
        return path == words || path.StartsWith(words + "/", StringComparison.Ordinal);
    }
}
