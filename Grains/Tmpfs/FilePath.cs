using System.Text;

namespace ActorCsi.Grains.Tmpfs;

/// <summary>Which paths a file of a volume may have: the same that the peer and kubelet's own volumes allow.</summary>
internal static class FilePath
{
    private const int LongestName = 255; // NAME_MAX of every Linux file system
    private const int LongestPath = 4096; // PATH_MAX
    private const int LongestQuote = 100;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The rule that <paramref name="path"/> breaks, worded to follow the path in a message; null when it is a good path.</summary>
    public static string? BrokenRule(string path)
    {
        if (path.Length == 0)
            return "is empty: expected the name of a file";
        if (path[0] == '/')
            return "is absolute: expected a path relative to the volume";
        if (path.Contains('\0'))
            return "holds a NUL character, which no file name can";
        if (LengthInBytes(path) is not { } length)
            return "is not valid Unicode (half a surrogate pair)";
        if (length > LongestPath)
            return $"is {length} bytes long: expected at most {LongestPath}";

        var isFirst = true;
        foreach (var range in path.AsSpan().Split('/'))
        {
            if (BrokenRule(path.AsSpan()[range], isFirst) is { } rule)
                return rule;
            isFirst = false;
        }
        return null;
    }

    private static string? BrokenRule(ReadOnlySpan<char> name, bool isFirst) => name switch
    {
        "" or "." => "is not clean: expected no '//', no '/' at the end and no part that is '.'",
        ".." => "has a part that is '..': it must stay inside the volume",
        _ when isFirst && name.StartsWith("..") => "begins with '..': such names are kept for the volume's own use",
        _ when Encoding.UTF8.GetByteCount(name) is var length and > LongestName => $"has a part that is {length} bytes long: expected at most {LongestName}",
        _ => null,
    };

    private static int? LengthInBytes(string path)
    {
        try
        {
            return StrictUtf8.GetByteCount(path);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The path as it can stand in a message: quoted, on one line, not endless.</summary>
    public static string Quote(string path)
    {
        var shown = path.Length > LongestQuote ? string.Concat(path.AsSpan(0, LongestQuote), "…") : path;
        return $"\"{string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))}\"";
    }
}
