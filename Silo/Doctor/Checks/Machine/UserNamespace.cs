namespace ActorCsi.Silo.Doctor.Checks.Machine;

/// <summary>Whether the driver's root is not the machine's.</summary>
internal static class UserNamespace
{
    private static readonly string[] Whole = ["0", "0", "4294967295"];

    public static bool Is(Surroundings node)
        => node.ProcessFile("uid_map") is { } map && !map.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).SequenceEqual(Whole);
}
