using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Sources;

/// <summary>One of the sources that a class lists.</summary>
/// <param name="Name">What it is called in messages and in status.</param>
/// <param name="Directory">Where its files are, below the volume; empty for the top.</param>
/// <param name="Class">What its provider is asked: a class of its own, as if the pod had a volume of it.</param>
internal sealed record Source(string Name, string Directory, SecretProviderClass Class)
{
    /// <summary>A fingerprint of all that decides what it gives.</summary>
    public string Fingerprint { get; } = $"{Classes.Fingerprint.Of(Class)}/{Directory}";

    /// <summary>The path in the volume of what is <paramref name="path"/> to the provider.</summary>
    public string PathOf(string path) => Directory.Length == 0 ? path : $"{Directory}/{path}";
}

/// <summary>
/// Reads the parameter <c>sources</c>: a YAML list of {provider, name, directory, parameters}. A parameter's value is a text, as in any class, or the list or
/// mapping itself that providers have in a text.
/// </summary>
internal static class SourcesClass
{
    private const string Parameter = "sources";
    private const int Most = 16;
    private const int LongestName = 63;

    /// <summary>What makes sense for one source, and counts for all of a class unless one has its own.</summary>
    private static readonly ImmutableArray<string> Inherited = [RefreshParameters.IntervalName, RefreshParameters.WindowName, RefreshParameters.AllowanceName, RefreshParameters.OutageName];

    private static readonly ConditionalWeakTable<SecretProviderClass, Holder> Known = [];

    /// <summary>The sources that <paramref name="secretClass"/> lists, read once for each instance: their classes are the same instances each time.</summary>
    /// <exception cref="VolumeException">The parameters make no sense; names each fault.</exception>
    public static ImmutableArray<Source> Of(SecretProviderClass secretClass) => Known.GetValue(secretClass, static one => new Holder(Read(one))).Sources;

    private static ImmutableArray<Source> Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        faults.AddUnknown([Parameter]);
        var sources = new Reader(secretClass, faults).ReadList();
        faults.ThrowIfAny();
        return sources;
    }

    private sealed record Holder(ImmutableArray<Source> Sources);

    private sealed class Reader(SecretProviderClass outer, ParameterFaults faults)
    {
        private readonly List<Source> _sources = [];

        public ImmutableArray<Source> ReadList()
        {
            ObjectList.Read(faults, Parameter, Most, "{provider, parameters}", outer.Parameters[Parameter], ReadOne);
            return [.. _sources];
        }

        private void ReadOne(YamlMapping mapping, string field)
        {
            string? provider = null, name = null;
            var directory = "";
            var parameters = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var inherited in Inherited)
                if (outer.Parameters[inherited] is { } value)
                    parameters[inherited] = value;
            foreach (var (key, value) in mapping.Entries)
            {
                switch (key.Text)
                {
                    case "provider":
                        provider = faults.Text(value, $"{field}.provider");
                        break;
                    case "name":
                        name = faults.Text(value, $"{field}.name");
                        break;
                    case "directory":
                        directory = faults.Text(value, $"{field}.directory") ?? "";
                        break;
                    case "parameters":
                        ReadParameters(value, $"{field}.parameters", parameters);
                        break;
                    default:
                        faults.Add($"{field}.{Words.Clip(key.Text)}", "is unknown, expected provider, parameters, name and directory");
                        break;
                }
            }
            if (string.IsNullOrEmpty(provider))
                faults.Add($"{field}.provider", "is missing: name the provider, as in spec.provider of a class");
            else if (provider == SourcesProvider.ProviderName)
                faults.Add($"{field}.provider", "is 'sources': a source cannot have sources of its own, list them here");
            else
                Add(new Source(name ?? provider, directory, outer with { Provider = provider, Parameters = new StringMap(parameters), SecretObjects = [] }), field);
        }

        private void ReadParameters(YamlNode node, string field, ImmutableDictionary<string, string>.Builder parameters)
        {
            if (node is not YamlMapping mapping)
            {
                faults.Add(field, $"is {node.Kind}, expected a mapping, as spec.parameters of a class is");
                return;
            }
            foreach (var (key, value) in mapping.Entries)
            {
                if (RefreshParameters.IsOurs(key.Text) && !Inherited.Contains(key.Text))
                    faults.Add($"{field}.{Words.Clip(key.Text)}", $"is not for one source: of these parameters a source may have {string.Join(", ", Inherited)}; others are the class's own");
                else
                    parameters[key.Text] = YamlText.Of(value);
            }
        }

        private void Add(Source source, string field)
        {
            if (source.Name.Length is 0 or > LongestName || source.Name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.')))
                faults.Add($"{field}.name", $"is '{Words.Clip(source.Name)}', expected 1 to {LongestName} letters, digits, '-', '_' and '.'");
            if (source.Directory.Length > 0 && FilePath.BrokenRule(source.Directory) is { } rule)
                faults.Add($"{field}.directory", rule);
            if (_sources.FindIndex(other => other.Name == source.Name) is >= 0 and var first)
                faults.Add($"{field}.name", $"is '{source.Name}' as that of {Parameter}[{first}] is (without a name a source is called as its provider), expected each name once");
            _sources.Add(source);
        }
    }
}
