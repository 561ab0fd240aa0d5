namespace ActorCsi.Grains.Providers;

/// <summary>The parameter <c>loginPer</c>: whether all pods of a service account share a login, or each has its own.</summary>
internal static class LoginPer
{
    private const string Parameter = "loginPer";

    /// <summary>Whether each pod is to have its own.</summary>
    /// <param name="written">The parameter; null when the class has none.</param>
    /// <param name="faults">Where faults are collected.</param>
    public static bool IsPod(string? written, ParameterFaults faults)
    {
        if (written is not (null or "" or "serviceAccount" or "pod"))
            faults.Add(Parameter, $"is '{Words.Clip(written)}', expected serviceAccount or pod");
        return written is "pod";
    }
}
