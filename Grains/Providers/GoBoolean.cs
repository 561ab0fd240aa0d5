namespace ActorCsi.Grains.Providers;

/// <summary>Booleans as the existing plugins read them in parameters: the forms of Go's <c>strconv.ParseBool</c>.</summary>
internal static class GoBoolean
{
    /// <summary>What <paramref name="text"/> says; null when it is none of the forms.</summary>
    public static bool? Parse(string text) => text switch
    {
        "1" or "t" or "T" or "TRUE" or "true" or "True" => true,
        "0" or "f" or "F" or "FALSE" or "false" or "False" => false,
        _ => null,
    };
}
