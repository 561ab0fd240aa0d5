namespace ActorCsi.Grains.Tmpfs;

/// <summary>
/// The links that users see at the volume's root: for each name at the top of the generation, <c>NAME -> ..data/NAME</c>.
/// </summary>
/// <remarks>
/// A link must not be seen before it leads somewhere: a program that watches the directory opens what it sees appear
/// (kubernetes/kubernetes#93686). So links are shown after the swap. But making one can fail for want of room, and after the swap nothing
/// may fail: so they are made before it, under hidden names, and only renamed after it.
/// </remarks>
internal static class VisibleLinks
{
    private const string HiddenPrefix = "..link.";

    /// <summary>What the link called <paramref name="name"/> says.</summary>
    public static string TextOf(string name) => $"{TmpfsWriter.DataLink}/{name}";

    /// <summary>Makes the links that are missing for <paramref name="names"/> under hidden names. Returns the names, in the order of the hidden ones.</summary>
    public static List<string> Prepare(DirectoryHandle root, IEnumerable<string> names)
    {
        var missing = names.Where(name => root.ReadLink(name) != TextOf(name)).ToList();
        for (var i = 0; i < missing.Count; i++)
            root.Link(HiddenPrefix + i, TextOf(missing[i]));
        return missing;
    }

    /// <summary>
    /// Shows the links that <see cref="Prepare"/> made. What stands in the place of one (a plugin that used to write its files itself left it)
    /// changes places with it, and is a leftover from then on.
    /// </summary>
    public static void Show(DirectoryHandle root, List<string> prepared)
    {
        for (var i = 0; i < prepared.Count; i++)
        {
            if (root.Exists(prepared[i]))
                root.Exchange(HiddenPrefix + i, prepared[i]);
            else
                root.Rename(HiddenPrefix + i, prepared[i]);
        }
    }

    /// <summary>Takes away our links for all names but <paramref name="names"/>. What is not ours stays.</summary>
    public static void Prune(DirectoryHandle root, IEnumerable<string> names)
    {
        var kept = names.ToHashSet(StringComparer.Ordinal);
        foreach (var name in root.Names())
        {
            if (!kept.Contains(name) && root.ReadLink(name) == TextOf(name))
                root.TryRemove(name);
        }
    }
}
