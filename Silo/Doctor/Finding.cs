namespace ActorCsi.Silo.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Severity
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Works, and costs something or will not work for ever.</summary>
    Warning,

    /// <summary>Pods do not get what they asked for, or will not.</summary>
    Error,
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Mend">What to do about it.</param>
internal sealed record Finding(Severity Severity, string Found, string Expected, string Mend)
{
    public static Finding Error(string found, string expected, string mend) => new(Severity.Error, found, expected, mend);

    public static Finding Warning(string found, string expected, string mend) => new(Severity.Warning, found, expected, mend);

    public static Finding Note(string found, string expected, string mend) => new(Severity.Note, found, expected, mend);
}
