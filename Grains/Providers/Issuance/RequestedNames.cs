using System.Collections.Immutable;
using System.Net;
using System.Text;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>The names that a class asks for, with variables still in them.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="DnsNames">DNS names.</param>
/// <param name="IpAddresses">IP addresses.</param>
/// <param name="Uris">URIs.</param>
/// <param name="Written">How the class's author wrote an option, for messages.</param>
internal sealed record RequestedNames(
    DistinguishedName Subject, ImmutableArray<string> DnsNames, ImmutableArray<string> IpAddresses, ImmutableArray<string> Uris, Func<string, string> Written)
{
    private const string LiteralSubject = "literalSubject";
    private const string DnsNamesOption = "dnsNames";
    private const string IpAddressesOption = "ipSans";
    private const string UrisOption = "uriSans";
    private const int MostNames = 100;

    /// <summary>In the order in which Go, and so cert-manager's driver, writes them into a subject; all values of one option are one part.</summary>
    private static readonly (string Option, string Type, bool IsList)[] SubjectOptions =
    [
        ("countries", DistinguishedName.Country, true),
        ("organizations", DistinguishedName.Organization, true),
        ("organizationalUnits", DistinguishedName.OrganizationalUnit, true),
        ("localities", DistinguishedName.Locality, true),
        ("provinces", DistinguishedName.Province, true),
        ("streetAddresses", DistinguishedName.StreetAddress, true),
        ("postalCodes", DistinguishedName.PostalCode, true),
        ("commonName", DistinguishedName.CommonName, false),
        ("serialNumber", DistinguishedName.SerialNumber, false),
    ];

    /// <summary>The options.</summary>
    public static readonly string[] Options = [LiteralSubject, .. SubjectOptions.Select(one => one.Option), DnsNamesOption, IpAddressesOption, UrisOption];

    /// <summary>No names at all.</summary>
    public static RequestedNames None { get; } = new(DistinguishedName.Empty, [], [], [], option => option);

    /// <summary>Those of a class.</summary>
    public static RequestedNames Read(OptionReader options)
    {
        var names = new RequestedNames(SubjectOf(options), List(options, DnsNamesOption), List(options, IpAddressesOption), List(options, UrisOption), options.Written);
        foreach (var address in names.IpAddresses.Where(address => !IPAddress.TryParse(address, out _)))
            options.Fault(IpAddressesOption, $"has '{Words.Clip(address)}', expected IP addresses such as 10.0.0.1 or fd00::1, joined by commas");
        foreach (var option in (string[])[LiteralSubject, .. SubjectOptions.Select(one => one.Option), DnsNamesOption, UrisOption])
            if (option != "serialNumber" && options[option] is { } text && PodVariables.Fault(text) is { } fault)
                options.Fault(option, fault);
        return names;
    }

    /// <summary>The names of <paramref name="pod"/>.</summary>
    /// <exception cref="VolumeException">One of them is none, with the pod's values in it.</exception>
    public RequestedNames For(PodIdentity pod, SecretProviderClass secretClass)
    {
        var names = this with { DnsNames = Expanded(DnsNames, pod), Uris = Expanded(Uris, pod) };
        var faults = new ParameterFaults(secretClass);
        foreach (var name in names.DnsNames.Where(name => !IsDnsName(name)))
            faults.Add(Written(DnsNamesOption), $"gives '{Words.Clip(name)}' for pod {pod}, expected a DNS name");
        foreach (var uri in names.Uris.Where(uri => !IsUri(uri)))
            faults.Add(Written(UrisOption), $"gives '{Words.Clip(uri)}' for pod {pod}, expected a URI with a scheme, such as spiffe://cluster.local/ns/shop/sa/web");
        faults.ThrowIfAny();
        return names;
    }

    /// <summary>The subject of <paramref name="pod"/>, in DER.</summary>
    public ImmutableArray<byte> SubjectFor(PodIdentity pod) => Subject.Encode(value => PodVariables.Expand(value, pod));

    private static DistinguishedName SubjectOf(OptionReader options)
    {
        if (options[LiteralSubject] is { } literal)
        {
            try
            {
                return DistinguishedName.Parse(literal);
            }
            catch (FormatException fault)
            {
                options.Fault(LiteralSubject, $"cannot be read: {fault.Message}; expected a name such as CN=${{POD_NAME}},O=example (RFC 4514)");
                return DistinguishedName.Empty;
            }
        }
        var parts = ImmutableArray.CreateBuilder<ImmutableArray<NameAttribute>>();
        foreach (var (option, type, isList) in SubjectOptions)
            if (options[option] is { } text)
                parts.Add([.. (isList ? Csv(options, option, text) : [text]).Select(value => new NameAttribute(type, value))]);
        return new DistinguishedName(parts.ToImmutable());
    }

    private static ImmutableArray<string> List(OptionReader options, string option)
    {
        ImmutableArray<string> names = [.. (options[option] ?? "").Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        if (names.Length > MostNames)
            options.Fault(option, $"has {names.Length} names, expected {MostNames} at most");
        return names;
    }

    /// <summary>Values joined by commas; one that has a comma itself stands in quotes, in which a quote is doubled (RFC 4180).</summary>
    private static List<string> Csv(OptionReader options, string option, string text)
    {
        var values = new List<string>();
        var value = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && isQuoted && i + 1 < text.Length && text[i + 1] == '"')
                value.Append(text[i++]);
            else if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (text[i] == ',' && !isQuoted)
            {
                values.Add(value.ToString());
                value.Clear();
            }
            else
                value.Append(text[i]);
        }
        if (isQuoted)
            options.Fault(option, "has a quote that does not end, expected values joined by commas, such as \"Example, Inc.\",Shop");
        values.Add(value.ToString());
        return values;
    }

    private static ImmutableArray<string> Expanded(ImmutableArray<string> names, PodIdentity pod) => [.. names.Select(name => PodVariables.Expand(name, pod)).Distinct(StringComparer.Ordinal)];

    private static bool IsDnsName(string name) => name.Length <= 253 && name.All(letter => char.IsAscii(letter) && letter > ' ') && name.Split('.').All(label => label.Length is > 0 and <= 63);

    private static bool IsUri(string uri) => Uri.TryCreate(uri, UriKind.Absolute, out var read) && read.OriginalString.Contains(':') && uri.All(char.IsAscii);
}
