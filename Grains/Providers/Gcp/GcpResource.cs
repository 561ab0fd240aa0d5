using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// What is to be read: a version of a secret or of a parameter, by its resource name. The name decides which host is asked, so it is taken apart here
/// and nothing of it is left to chance: a token goes along.
/// </summary>
/// <param name="Name"><c>projects/P/secrets/S/versions/V</c>, <c>projects/P/locations/L/secrets/S/versions/V</c> or <c>projects/P/locations/L/parameters/N/versions/V</c>.</param>
/// <param name="IsParameter">Whether it is Parameter Manager's; else it is Secret Manager's.</param>
/// <param name="Location">The region; empty for what is global.</param>
internal sealed partial record GcpResource(string Name, bool IsParameter, string Location)
{
    private const string Forms = "expected projects/P/secrets/S/versions/V, projects/P/locations/L/secrets/S/versions/V or projects/P/locations/L/parameters/N/versions/V";

    /// <summary>The call that gives the content.</summary>
    public string Path => $"v1/{Name}:{(IsParameter ? "render" : "access")}";

    /// <summary>The host that has it: each region answers for itself.</summary>
    public string Host(string universe)
        => $"{(IsParameter ? "parametermanager" : "secretmanager")}{(Location.Length == 0 ? "" : $".{Location}.rep")}.{universe}";

    /// <summary>Reads a name as classes have it.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Fault(string name, out GcpResource resource)
    {
        resource = new GcpResource(name, false, "");
        if (Pattern().Match(name) is not { Success: true } match)
            return $"is '{Words.Clip(name)}', {Forms}";
        var (isParameter, location) = (match.Groups["kind"].Value == "parameters", match.Groups["location"].Value);
        if (isParameter && location.Length == 0)
            return $"is '{Words.Clip(name)}', and parameters have a location: projects/P/locations/global/parameters/N/versions/V";
        if (!isParameter && location == "global")
            return $"is '{Words.Clip(name)}', and secrets that are global have no location: projects/P/secrets/S/versions/V";
        resource = new GcpResource(name, isParameter, location == "global" ? "" : location);
        return null;
    }

    [GeneratedRegex(@"^projects/[a-z0-9][a-z0-9.:-]*/(locations/(?<location>[a-z0-9-]{1,30})/)?(?<kind>secrets|parameters)/[A-Za-z0-9_-][A-Za-z0-9_.-]*/versions/[A-Za-z0-9_-][A-Za-z0-9_.-]*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
