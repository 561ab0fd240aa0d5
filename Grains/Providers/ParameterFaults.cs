using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers;

/// <summary>Collects what is wrong with a class's parameters, so that its author is told of all faults at once.</summary>
internal sealed class ParameterFaults(SecretProviderClass secretClass)
{
    private const int MostTold = 10;

    private readonly List<string> _faults = [];

    /// <summary>Adds a fault.</summary>
    /// <param name="field">Where: <c>duration</c>, <c>objects[2].mode</c>.</param>
    /// <param name="fault">What was found, what was expected, how to mend it.</param>
    public void Add(string field, string fault) => _faults.Add($"{Field(field)} {fault}");

    /// <summary>The text that stands at <paramref name="field"/>; null, and a fault, where something else does.</summary>
    public string? Text(YamlNode value, string field)
    {
        if (value is YamlScalar { IsText: true } scalar)
            return scalar.Text;
        Add(field, $"is {value.Kind}, expected a text{(value is YamlScalar ? ": put it in quotes" : "")}");
        return null;
    }

    /// <summary>A parameter and the place where its author finds it.</summary>
    public string Field(string name) => $"{(secretClass.IsInline ? "volumeAttributes" : "parameters")}.{name}";

    /// <summary>Adds a fault for each parameter that is not among <paramref name="known"/>: a misspelt option must not be passed over.</summary>
    public void AddUnknown(IReadOnlyCollection<string> known)
    {
        foreach (var (name, _) in secretClass.Parameters)
            if (!known.Contains(name) && !RefreshParameters.IsOurs(name))
                Add(Words.Clip(name), $"is unknown, expected {string.Join(", ", known)}");
    }

    /// <exception cref="VolumeException">There are faults.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count == 0)
            return;
        var more = _faults.Count > MostTold ? $"; and {_faults.Count - MostTold} more faults" : "";
        throw new VolumeException(VolumeError.Invalid,
            $"{secretClass.Title}: {string.Join("; ", _faults.Take(MostTold))}{more}");
    }
}
