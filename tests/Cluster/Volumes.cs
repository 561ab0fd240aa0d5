namespace ActorCsi.Tests.Cluster;

/// <summary>Volumes as they tell of themselves.</summary>
internal static class Volumes
{
    /// <summary>A volume of the pod that shows the class; by default with one object.</summary>
    public static VolumeStatus Serving(string pod, string className, params ObjectVersion[] objects) => new(
        $"csi-{pod}-{className}", VolumeState.Serving, new PodIdentity("default", pod, $"uid-{pod}", "sa"), className, "fake", [$"/pods/{pod}/{className}/mount"],
        Generation: 1, objects.Length > 0 ? [.. objects] : [new("object", "1")], ServedAt: DateTimeOffset.UnixEpoch, ExpiresAt: null, RefreshAt: null, Reason: null);
}
