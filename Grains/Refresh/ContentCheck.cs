using System.Collections.Immutable;
using System.Globalization;

namespace ActorCsi.Grains.Refresh;

/// <summary>
/// Looks whether new content may take the place of what a pod reads now. A store that hands out an empty value, half a certificate or an older version does
/// it to all pods at once, and the pod that is running is the last one to have what works.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Not empty where it was not, and not without files where there were some.</item>
/// <item>Parses as what it was: PEM, JSON, PKCS#12.</item>
/// <item>A private key belongs to a certificate if it did before.</item>
/// <item>Not older: no certificate that begins earlier, no object with a smaller number for its version, unless the store says so.</item>
/// </list>
/// All of these are held against what was there. What is odd from the beginning is its owner's wish.
/// </remarks>
internal static class ContentCheck
{
    /// <summary>Numbers with more digits are no version counters.</summary>
    private const int MostDigits = 18;

    /// <summary>Why <paramref name="next"/> must not replace <paramref name="current"/>; null when it may. Says nothing of what the files hold.</summary>
    public static string? WhyNot(BundleShape current, BundleShape next, bool mayBeOlder)
    {
        if (next.Files.IsEmpty && !current.Files.IsEmpty)
            return "it has no files at all";
        foreach (var file in next.Files)
            if (Find(current, file.Path) is { } before && WhyNot(before, file, mayBeOlder) is { } why)
                return why;
        return current.KeysMatch is true && next.KeysMatch is false ? "a private key does not belong to its certificate" : null;
    }

    /// <summary>Why objects of <paramref name="next"/> must not replace those of <paramref name="current"/>: where versions are counted, a smaller number is older.</summary>
    public static string? WhyNot(ImmutableArray<ObjectVersion> current, ImmutableArray<ObjectVersion> next)
    {
        foreach (var version in next)
            foreach (var before in current)
                if (before.Id == version.Id && Count(version.Version) < Count(before.Version))
                    return $"'{Words.Clip(version.Id)}' is of version {version.Version}, and version {before.Version} is in place";
        return null;
    }

    private static string? WhyNot(FileShape before, FileShape next, bool mayBeOlder)
    {
        if (next.Kind is FileKind.Empty && before.Kind is not FileKind.Empty)
            return $"'{Words.Clip(next.Path)}' is empty, and was not";
        if (before.Kind is FileKind.Json or FileKind.Pem or FileKind.Pkcs12 && next.Kind != before.Kind)
            return $"'{Words.Clip(next.Path)}' does not parse as {Spoken(before.Kind)}, and did so before";
        return !mayBeOlder && next.NotBefore < before.NotBefore
            ? $"the certificate in '{Words.Clip(next.Path)}' begins at {next.NotBefore:u}, and the one in place at {before.NotBefore:u}"
            : null;
    }

    private static FileShape? Find(BundleShape shape, string path)
    {
        foreach (var file in shape.Files)
            if (file.Path == path)
                return file;
        return null;
    }

    private static long? Count(string version)
        => version.Length <= MostDigits && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static string Spoken(FileKind kind) => kind switch
    {
        FileKind.Json => "JSON",
        FileKind.Pem => "PEM",
        _ => "PKCS#12",
    };
}
