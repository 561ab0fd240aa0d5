using System.Globalization;

namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>kubelet learns of a driver by inotify: where its instances have run out, no registration is noticed, and kubelet says so only in its log.</summary>
internal sealed class InotifyCheck() : FileCheck("inotify")
{
    private static readonly (string File, long Least)[] Limits = [("max_user_instances", 128), ("max_user_watches", 8192)];

    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        foreach (var (file, least) in Limits)
            if (long.TryParse(node.KernelFile($"/proc/sys/fs/inotify/{file}"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var limit) && limit < least)
                yield return Finding.Warning($"fs.inotify.{file} is {limit}", $"{least} or more: kubelet finds drivers by inotify, and shares the limit with all of root's processes",
                    $"sysctl -w fs.inotify.{file}={least * 4}, and the same in /etc/sysctl.d");
    }
}
