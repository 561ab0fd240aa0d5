namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>Whether mount(2) works. Where it does not, what else is there that forbids it.</summary>
internal sealed class MountCheck() : FileCheck("mount")
{
    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        if (node.TryMount?.Invoke() is not { } refusal)
            yield break;
        yield return Finding.Error($"a tmpfs could not be mounted: {refusal}", "mount(2) works", string.Join("; ", Suspects(node).DefaultIfEmpty("see the findings of 'privileges'")));
    }

    private static IEnumerable<string> Suspects(Surroundings node)
    {
        if (node.ProcessStatus("Seccomp") == "2")
            yield return "a seccomp profile is in force and may forbid mount(2): privileged containers have none, else use seccompProfile.type: Unconfined";
        if (node.ProcessFile("attr/current")?.Trim('\0', '\n', ' ') is { Length: > 0 } label && label != "unconfined" && !label.Contains(':', StringComparison.Ordinal))
            yield return $"the AppArmor profile '{label}' is in force and may forbid mount(2): use appArmorProfile.type: Unconfined";
        if (UserNamespace.Is(node))
            yield return "the driver runs in a user namespace: set hostUsers to true, or leave it out";
    }
}
