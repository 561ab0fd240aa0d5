namespace Orleans.Runtime;

/// <summary>
/// Values that travel with a call and the calls made from it, down the chain and never back up: what a callee sets, its caller does not see.
/// </summary>
public static class RequestContext
{
    // The dictionary is replaced, never changed: others may hold the same one.
    private static readonly AsyncLocal<Dictionary<string, object>?> Values = new();

    /// <summary>The keys set here or by a caller.</summary>
    public static IEnumerable<string> Keys => Values.Value?.Keys ?? Enumerable.Empty<string>();

    /// <summary>The values set here or by a caller.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => Values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>The value of <paramref name="key"/>; null when there is none.</summary>
    public static object? Get(string key) => Values.Value?.GetValueOrDefault(key);

    /// <summary>Sets a value for this flow of control and the calls it makes from now on.</summary>
    public static void Set(string key, object value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        Values.Value = new Dictionary<string, object>(Values.Value ?? [], StringComparer.Ordinal) { [key] = value };
    }

    /// <summary>Removes a value and says whether there was one.</summary>
    public static bool Remove(string key)
    {
        if (Values.Value?.ContainsKey(key) is not true)
            return false;
        var remaining = new Dictionary<string, object>(Values.Value, StringComparer.Ordinal);
        remaining.Remove(key);
        Values.Value = remaining.Count > 0 ? remaining : null;
        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear() => Values.Value = null;
}
