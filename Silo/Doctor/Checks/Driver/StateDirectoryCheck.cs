namespace ActorCsi.Silo.Doctor.Checks.Driver;

/// <summary>Where volumes are remembered across restarts.</summary>
internal sealed class StateDirectoryCheck() : FileCheck("state-directory")
{
    private const long LeastFree = 4 << 20; // some thousand records
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        var directory = node.Options.StateDirectory;
        if (!Directory.Exists(node.At(directory)))
        {
            yield return Finding.Error($"there is no state directory {directory}", "one, in memory, that outlives the container", "start the driver, which makes it, or give another to --state-dir");
            yield break;
        }
        var mount = node.MountOf(directory);
        if (mount is { IsReadOnly: true })
            yield return Finding.Error($"the state directory {directory} is read-only", "a directory to write to", "take readOnly: true from its volumeMount, or give another to --state-dir");
        if (mount?.Type == "overlay")
            yield return Finding.Error($"the state directory {directory} lies in the container's own file system", "one that outlives the container: else a new container knows none of the mounted volumes",
                "give a directory of the node to the container as a hostPath volume: /run/actorcsi, in memory");
        else if (mount is { IsInMemory: false })
            yield return Finding.Warning($"the state directory {directory} lies on a disk ({mount.Type}), so tokens and secrets are not kept in it", "a directory in memory, as /run is",
                "give /run/actorcsi to --state-dir; until then, after a restart, volumes whose provider needs a token are refreshed only when kubelet has published them again");
        if ((File.GetUnixFileMode(node.At(directory)) & Others) is not 0 and var mode)
            yield return Finding.Warning($"the state directory {directory} is open to others ({mode})", "mode 0700: it holds tokens", $"chmod 0700 {directory}");
        if (node.FreeBytes(node.At(directory)) is < LeastFree and var free)
            yield return Finding.Error($"{free >> 10} KiB are free in the state directory {directory}", $"{LeastFree >> 20} MiB or more: where nothing can be written down, no pod can start", "make room there, or give another to --state-dir");
    }
}
