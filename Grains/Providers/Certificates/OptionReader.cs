using ActorCsi.Grains.Classes;

namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>A class's parameters by the names of the options that they set. What is wrong with one is told under the name that its author wrote.</summary>
internal class OptionReader
{
    private readonly Dictionary<string, (string Written, string Value)> _given = new(StringComparer.Ordinal);
    private readonly ParameterFaults _faults;
    private readonly Func<string, string> _spelling;

    /// <param name="secretClass">The class.</param>
    /// <param name="known">The options.</param>
    /// <param name="faults">Where faults are collected; parameters that are no option are among them.</param>
    public OptionReader(SecretProviderClass secretClass, IReadOnlyCollection<string> known, ParameterFaults faults)
    {
        _faults = faults;
        _spelling = option => option;
        faults.AddUnknown(known);
        foreach (var (name, value) in secretClass.Parameters)
            if (known.Contains(name))
                _given[name] = (name, value);
    }

    /// <summary>For parameters that may be written in several ways.</summary>
    /// <param name="given">By option: the name as written, and the value.</param>
    /// <param name="faults">Where faults are collected.</param>
    /// <param name="spelling">How an option that is missing would have to be written.</param>
    protected OptionReader(IEnumerable<(string Option, string Written, string Value)> given, ParameterFaults faults, Func<string, string> spelling)
    {
        _faults = faults;
        _spelling = spelling;
        foreach (var (option, written, value) in given)
            _given[option] = (written, value);
    }

    /// <summary>The value of an option; null when it is not given.</summary>
    public string? this[string option] => _given.TryGetValue(option, out var given) ? given.Value : null;

    /// <summary>The options that are given.</summary>
    public IEnumerable<string> Given => _given.Keys;

    /// <summary>Adds a fault of an option's.</summary>
    public void Fault(string option, string fault) => _faults.Add(Written(option), fault);

    /// <summary>How the option's author wrote its name, or would have to.</summary>
    public string Written(string option) => _given.TryGetValue(option, out var given) ? given.Written : _spelling(option);

    /// <summary>As <see cref="Written"/>, with the place where it stands: <c>parameters.mode</c>.</summary>
    public string Parameter(string option) => _faults.Field(Written(option));

    /// <summary><c>"true"</c> or <c>"false"</c>.</summary>
    public bool YesNo(string option, bool otherwise = false)
    {
        switch (this[option])
        {
            case null:
                return otherwise;
            case "true":
                return true;
            case "false":
                return false;
            case var other:
                Fault(option, $"is '{Words.Clip(other)}', expected \"true\" or \"false\"");
                return otherwise;
        }
    }

    /// <summary>A duration of <paramref name="shortest"/> seconds or more; null when it is not given.</summary>
    public TimeSpan? Duration(string option, int shortest)
    {
        if (this[option] is not { } text)
            return null;
        if (!GoDuration.TryParse(text, out var duration) || duration < TimeSpan.FromSeconds(shortest))
            Fault(option, $"is '{Words.Clip(text)}', expected {shortest}s or longer, such as 90s, 15m or 1h30m");
        return duration;
    }
}
