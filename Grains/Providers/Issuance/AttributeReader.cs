using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Refresh;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// Options that may be written as in other classes here (<c>certificateFile</c>) or as cert-manager's drivers have them (<c>csi.cert-manager.io/certificate-file</c>): neither
/// dashes nor capitals count, and the group may be left out. An empty text is as good as none.
/// </summary>
internal sealed class AttributeReader : OptionReader
{
    private AttributeReader(IReadOnlyList<(string, string, string)> given, StringMap others, ParameterFaults faults, Func<string, string> spelling) : base(given, faults, spelling)
        => Others = others;

    /// <summary>Parameters of other groups (<c>example.com/ticket</c>).</summary>
    public StringMap Others { get; }

    /// <param name="secretClass">The class, or what stands for it.</param>
    /// <param name="group">The group of the attributes.</param>
    /// <param name="known">The options.</param>
    /// <param name="faults">Where faults are collected. A class must not have parameters that are none; of a volume they are passed over, as its driver did.</param>
    public static AttributeReader Read(SecretProviderClass secretClass, string group, IReadOnlyCollection<string> known, ParameterFaults faults)
    {
        var given = new Dictionary<string, (string Option, string Written, string Value)>(StringComparer.Ordinal);
        var others = new List<KeyValuePair<string, string>>();
        var options = known.ToDictionary(Plain, StringComparer.Ordinal);
        foreach (var (written, value) in secretClass.Parameters.OrderByDescending(parameter => parameter.Key.StartsWith(group, StringComparison.Ordinal)))
        {
            if (value.Length == 0 || RefreshParameters.IsOurs(written))
                continue;
            var isOfGroup = written.StartsWith(group, StringComparison.Ordinal);
            if (!isOfGroup && written.Contains('/'))
                others.Add(new(written, value));
            else if (!options.TryGetValue(Plain(isOfGroup ? written[group.Length..] : written), out var option))
                Unknown(written);
            else if (!given.TryAdd(option, (option, written, value)) && !secretClass.IsInline) // else it is a default, and the attribute counts
                faults.Add(Words.Clip(written), $"is given twice, as {given[option].Written} too");
        }
        return new AttributeReader([.. given.Values], new StringMap(others), faults, option => secretClass.IsInline ? group + Dashed(option) : option);

        void Unknown(string written)
        {
            if (!secretClass.IsInline)
                faults.Add(Words.Clip(written), $"is unknown, expected {string.Join(", ", known)}");
        }
    }

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant() is var plain && plain == "pkcs12enable" ? "pkcs12" : plain;

    private static string Dashed(string option) => string.Concat(option.Select(letter => char.IsAsciiLetterUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : $"{letter}"));
}
