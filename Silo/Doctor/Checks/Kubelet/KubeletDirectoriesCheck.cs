using ActorCsi.Driver;

namespace ActorCsi.Silo.Doctor.Checks.Kubelet;

/// <summary>The directories that the driver shares with kubelet.</summary>
internal sealed class KubeletDirectoriesCheck() : FileCheck("kubelet-directories")
{
    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        (string Path, string Use, string Mend)[] needed =
        [
            (node.PodsDirectory, "kubelet asks for mounts below it", "give kubelet's pods directory to the container as a hostPath volume, at the path that it has on the node"),
            (node.RegistrationDirectory, "kubelet looks for drivers in it", "give kubelet's plugins_registry to the container as a hostPath volume, and its path to --registration-dir"),
            (Path.GetDirectoryName(CsiEndpoint.Path(node.Options.Endpoint))!, "the CSI socket lies in it", "give a directory below kubelet's plugins directory to the container as a hostPath volume"),
        ];
        foreach (var (path, use, mend) in needed)
        {
            if (!Directory.Exists(node.At(path)))
                yield return Finding.Error($"there is no directory {path}", $"the directory: {use}", mend);
            else if (node.MountOf(path) is { IsReadOnly: true })
                yield return Finding.Error($"{path} is read-only", $"a directory to write to: {use}", "take readOnly: true from its volumeMount");
        }
    }
}
