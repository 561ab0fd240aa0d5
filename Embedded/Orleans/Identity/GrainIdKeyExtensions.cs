using System.Globalization;

namespace Orleans.Runtime;

/// <summary>How Guid and integer keys are written: a Guid as 32 hex digits, an integer as hex in capitals, a key extension after a plus sign.</summary>
public static class GrainIdKeyExtensions
{
    /// <summary>The key that stands for <paramref name="key"/>.</summary>
    public static IdSpan CreateIntegerKey(long key) => IdSpan.Create(key.ToString("X", CultureInfo.InvariantCulture));

    /// <summary>The key that stands for <paramref name="key"/> with an extension; a null or empty extension leaves the plain key.</summary>
    public static IdSpan CreateIntegerKey(long key, string? keyExtension) =>
        Extended(key.ToString("X", CultureInfo.InvariantCulture), keyExtension);

    /// <summary>The key that stands for <paramref name="key"/>.</summary>
    public static IdSpan CreateGuidKey(Guid key) => IdSpan.Create(key.ToString("N"));

    /// <summary>The key that stands for <paramref name="key"/> with an extension; a null or empty extension leaves the plain key.</summary>
    public static IdSpan CreateGuidKey(Guid key, string? keyExtension) => Extended(key.ToString("N"), keyExtension);

    /// <summary>Reads an integer key and its extension, and says whether it could.</summary>
    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        var text = Split(grainId, out keyExt);
        return long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
    }

    /// <summary>Reads a Guid key and its extension, and says whether it could.</summary>
    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt) =>
        Guid.TryParseExact(Split(grainId, out keyExt), "N", out key);

    /// <summary>The integer key of <paramref name="grainId"/>.</summary>
    /// <exception cref="ArgumentException">Its key is no integer.</exception>
    public static long GetIntegerKey(this GrainId grainId) => grainId.GetIntegerKey(out _);

    /// <summary>The integer key of <paramref name="grainId"/> and its extension.</summary>
    /// <exception cref="ArgumentException">Its key is no integer.</exception>
    public static long GetIntegerKey(this GrainId grainId, out string? keyExt) => grainId.TryGetIntegerKey(out var key, out keyExt)
        ? key
        : throw new ArgumentException($"The key of {grainId} is not an integer in hexadecimal.", nameof(grainId));

    /// <summary>The Guid key of <paramref name="grainId"/>.</summary>
    /// <exception cref="ArgumentException">Its key is no Guid.</exception>
    public static Guid GetGuidKey(this GrainId grainId) => grainId.GetGuidKey(out _);

    /// <summary>The Guid key of <paramref name="grainId"/> and its extension.</summary>
    /// <exception cref="ArgumentException">Its key is no Guid.</exception>
    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt) => grainId.TryGetGuidKey(out var key, out keyExt)
        ? key
        : throw new ArgumentException($"The key of {grainId} is not a Guid of 32 hexadecimal digits.", nameof(grainId));

    private static IdSpan Extended(string key, string? extension) =>
        IdSpan.Create(string.IsNullOrEmpty(extension) ? key : $"{key}+{extension}");

    private static string Split(GrainId grainId, out string? extension)
    {
        var text = grainId.Key.ToString();
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        extension = plus < 0 ? null : text[(plus + 1)..];
        return plus < 0 ? text : text[..plus];
    }
}
