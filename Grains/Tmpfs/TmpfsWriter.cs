namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// Changes the content of a mounted volume so that readers see one whole set of files or another, never parts of two.
/// </summary>
/// <remarks>
/// The layout is the one that kubelet's own secret volumes have and that programs know how to watch:
/// <code>
///   ca.crt  -> ..data/ca.crt                         a link for each name; stays as it is from then on
///   ..data  -> ..2026_10_31_12_00_00.1234567890      the one link that every update changes
///   ..2026_10_31_12_00_00.1234567890/ca.crt          the generation: the files themselves
/// </code>
/// <see cref="Replace"/>:
/// <list type="number">
/// <item>the files are laid out and checked (<see cref="FileTree"/>), and compared with what is there: the same → nothing is written;</item>
/// <item>what is neither <c>..data</c> nor the generation behind it is removed: the generation before, and what a crash left;</item>
/// <item>there must be room for both generations side by side;</item>
/// <item>the new generation is written, and links for new names are made under hidden names: until here a failure leaves what readers see;</item>
/// <item><b>the swap</b>: <c>..data_tmp</c> is renamed over <c>..data</c>;</item>
/// <item>links for new names are shown, links for names that are no more are removed.</item>
/// </list>
/// <para>
/// <b>What readers may rely on.</b> Who resolves <c>..data</c> once and reads below it reads one generation. Who opens <c>NAME</c> gets one whole file: of the
/// old generation before the swap, of the new one after it, so that never an older one follows a newer one. A name that both generations have can be opened
/// at every moment. A name that is new appears a moment after the swap and leads somewhere as soon as it is seen; a name that is no
/// more leads nowhere from the swap on and vanishes a moment later.
/// </para>
/// <para>
/// <b>The generation before</b> is left for readers who are on their way through it: a path walk that has read <c>..data</c> and is
/// interrupted there would find no file (20,000 swaps with removal at once, four readers: 36 times). It goes with the next <see cref="Replace"/>
/// or <see cref="Tidy"/>, which the caller is expected to call a moment later. So at rest, too, no more than two generations take room.
/// </para>
/// <para>A crash anywhere leaves one of these states or one between two of these steps; <see cref="Tidy"/> finishes or undoes it.</para>
/// </remarks>
internal sealed class TmpfsWriter(TimeProvider time, Random chance)
{
    /// <summary>The link to the generation that readers see.</summary>
    public const string DataLink = "..data";

    private const string NextDataLink = "..data_tmp";
    private const int NameTries = 8;

    /// <summary>See <see cref="ITmpfs.Replace"/>.</summary>
    public Replacement Replace(DirectoryHandle root, FileTree tree, uint? fsGroup)
    {
        var current = CurrentGeneration(root);
        if (current is not null && Holds(root, current, tree, fsGroup))
        {
            Tidy(root);
            return new Replacement(current, Changed: false);
        }

        RemoveLeftovers(root, current);
        Room.Require(root, tree);
        var next = MakeGeneration(root);
        List<string> links;
        try
        {
            using (var generation = root.Open(next))
                Generation.Write(generation, tree, fsGroup);
            links = VisibleLinks.Prepare(root, tree.TopNames);
            root.Link(NextDataLink, next);
            root.Rename(NextDataLink, DataLink);
        }
        catch
        {
            RemoveLeftovers(root, current);
            throw;
        }

        VisibleLinks.Show(root, links);
        VisibleLinks.Prune(root, tree.TopNames);
        Leftovers.Remove(root, DataLink, current, next); // what stood where a link is now
        return new Replacement(next, Changed: true);
    }

    /// <summary>See <see cref="ITmpfs.Tidy"/>.</summary>
    public static void Tidy(DirectoryHandle root)
    {
        var current = CurrentGeneration(root);
        RemoveLeftovers(root, current);
        List<string> names = [];
        if (current is not null)
        {
            using var generation = root.Open(current);
            names = generation.Names();
        }
        VisibleLinks.Show(root, VisibleLinks.Prepare(root, names));
        VisibleLinks.Prune(root, names);
        RemoveLeftovers(root, current);
    }

    /// <summary>The generation that <c>..data</c> leads to; null when there is none. A link to anywhere else is not believed.</summary>
    public static string? CurrentGeneration(DirectoryHandle root)
    {
        if (root.ReadLink(DataLink) is not { Length: > 2 } name || !name.StartsWith("..", StringComparison.Ordinal) || name.Contains('/')
            || !root.TryOpen(name, out var generation))
            return null;
        generation.Dispose();
        return name;
    }

    /// <summary>A <c>..data</c> that leads to no generation is a leftover itself.</summary>
    private static void RemoveLeftovers(DirectoryHandle root, string? current)
        => Leftovers.Remove(root, current is null ? null : DataLink, current);

    private static bool Holds(DirectoryHandle root, string name, FileTree tree, uint? fsGroup)
    {
        using var generation = root.Open(name);
        return Generation.Holds(generation, tree, fsGroup);
    }

    private string MakeGeneration(DirectoryHandle root)
    {
        for (var i = 0; i < NameTries; i++)
        {
            var name = Generation.NewName(time, chance);
            if (root.TryMakeDirectory(name, Generation.PrivateMode))
                return name;
        }
        throw new VolumeException(VolumeError.Internal, $"{NameTries} names for a new generation in {root.PathOf("")} were taken: the source of random numbers repeats itself");
    }
}
