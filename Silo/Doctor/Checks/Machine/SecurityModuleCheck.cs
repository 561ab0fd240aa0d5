namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>SELinux in force: the driver must be privileged for it, and pods must be able to read what it mounts.</summary>
internal sealed class SecurityModuleCheck() : FileCheck("selinux")
{
    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        if (node.KernelFile("/sys/fs/selinux/enforce")?.Trim() != "1")
            yield break;
        var type = node.ProcessFile("attr/current")?.Trim('\0', '\n').Split(':') is [_, _, var domain, ..] ? domain : null;
        if (type is "container_t" or "container_init_t")
            yield return Finding.Error($"SELinux is enforcing, and the driver is confined as {type}", "spc_t, as privileged containers are", "run the container with securityContext.privileged: true, or with seLinuxOptions.type: spc_t");
        if (node.VolumeMounts().Count(mount => !mount.Options.Concat(mount.SuperOptions).Any(IsLabel)) is > 0 and var volumes)
            yield return Finding.Warning($"SELinux is enforcing, and {volumes} volumes carry no label of their pods", "files that confined pods may read",
                "if pods get 'permission denied' on their files, allow container_t to read tmpfs_t on this node");
    }

    private static bool IsLabel(string option)
        => option == "seclabel" || option.StartsWith("context=", StringComparison.Ordinal) || option.StartsWith("rootcontext=", StringComparison.Ordinal);
}
