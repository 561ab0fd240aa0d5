namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// Removes what an update or a crash left at a volume's root. All names that begin with <c>..</c> are the volume's own, so all of them
/// but those still in use are leftovers.
/// </summary>
internal static class Leftovers
{
    /// <summary>
    /// Removes every leftover but <paramref name="kept"/>. What cannot be removed stays: it takes room, and no update fails for it.
    /// </summary>
    public static void Remove(DirectoryHandle root, params ReadOnlySpan<string?> kept)
    {
        var names = root.Names().ToHashSet(StringComparer.Ordinal);
        var doomed = new Queue<string>();
        foreach (var name in names)
        {
            if (name.StartsWith("..", StringComparison.Ordinal) && !kept.Contains(name))
                doomed.Enqueue(name);
        }

        // Directories in directories are moved up to the root and wait their turn. Going down to them would let a pod that nests them a
        // hundred thousand deep exhaust the stack or the descriptors of the whole driver.
        var moved = 0;
        while (doomed.TryDequeue(out var name))
        {
            if (root.TryRemove(name) || !root.TryOpen(name, out var directory))
                continue;
            using (directory)
            {
                foreach (var child in directory.Names().Where(child => !directory.TryRemove(child)))
                {
                    var aside = Unused(names, ref moved);
                    if (directory.TryMove(child, root, aside))
                        doomed.Enqueue(aside);
                }
            }
            root.TryRemove(name);
        }
    }

    private static string Unused(HashSet<string> names, ref int number)
    {
        string name;
        do
            name = $"..gone.{number++}";
        while (names.Contains(name));
        return name;
    }
}
