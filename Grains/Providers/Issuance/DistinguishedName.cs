using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>A subject: relative names in the order of the certificate, each of one attribute or several. Values may hold variables.</summary>
internal sealed partial record DistinguishedName(ImmutableArray<ImmutableArray<NameAttribute>> Parts)
{
    public const string CommonName = "2.5.4.3";
    public const string SerialNumber = "2.5.4.5";
    public const string Country = "2.5.4.6";
    public const string Locality = "2.5.4.7";
    public const string Province = "2.5.4.8";
    public const string StreetAddress = "2.5.4.9";
    public const string Organization = "2.5.4.10";
    public const string OrganizationalUnit = "2.5.4.11";
    public const string PostalCode = "2.5.4.17";
    private const string DomainComponent = "0.9.2342.19200300.100.1.25";
    private const string UserId = "0.9.2342.19200300.100.1.1";

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CN"] = CommonName,
        ["SERIALNUMBER"] = SerialNumber,
        ["C"] = Country,
        ["L"] = Locality,
        ["ST"] = Province,
        ["STREET"] = StreetAddress,
        ["O"] = Organization,
        ["OU"] = OrganizationalUnit,
        ["POSTALCODE"] = PostalCode,
        ["DC"] = DomainComponent,
        ["UID"] = UserId,
    };

    /// <summary>The name without parts.</summary>
    public static DistinguishedName Empty { get; } = new([]);

    /// <summary>Reads <c>CN=web,OU=shop,O=example</c> (RFC 4514), which begins with what stands last in the certificate.</summary>
    /// <exception cref="FormatException">It is no such name; says where.</exception>
    public static DistinguishedName Parse(string text)
    {
        var parts = Split(text, ',').Select(part => Split(part, '+').Select(Attribute).ToImmutableArray()).Reverse();
        return new DistinguishedName([.. parts]);
    }

    /// <summary>The name in DER, with the values that <paramref name="expand"/> makes of them.</summary>
    public ImmutableArray<byte> Encode(Func<string, string> expand)
    {
        var name = new AsnWriter(AsnEncodingRules.DER);
        using (name.PushSequence())
            foreach (var part in Parts)
                using (name.PushSetOf())
                    foreach (var (type, value) in part)
                        using (name.PushSequence())
                        {
                            name.WriteObjectIdentifier(type);
                            Write(name, type, expand(value));
                        }
        return [.. name.Encode()];
    }

    private static void Write(AsnWriter name, string type, string value)
        => name.WriteCharacterString(type switch
        {
            Country or SerialNumber when Printable().IsMatch(value) => UniversalTagNumber.PrintableString, // RFC 5280, appendix A.1
            DomainComponent when value.All(char.IsAscii) => UniversalTagNumber.IA5String, // RFC 4519, section 2.4
            _ => UniversalTagNumber.UTF8String,
        }, value);

    private static NameAttribute Attribute(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw new FormatException($"'{Words.Clip(text.Trim())}' has no '='");
        var type = text[..equals].Trim();
        if (!Types.TryGetValue(type, out var oid))
            oid = ObjectIdentifier().IsMatch(type) ? type : throw new FormatException($"'{Words.Clip(type)}' is no attribute, expected {string.Join(", ", Types.Keys)} or an object identifier");
        return new NameAttribute(oid, Unescape(text[(equals + 1)..]));
    }

    /// <summary>At separators that are neither escaped nor, as in older spellings (RFC 1779), between quotes.</summary>
    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (start, isQuoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (text[i] == separator && !isQuoted)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }
        parts.Add(text[start..]);
        return parts;
    }

    private static string Unescape(string text)
    {
        var bytes = new List<byte>();
        var rest = TrimUnescaped(text);
        if (rest.StartsWith('#'))
            throw new FormatException($"'{Words.Clip(rest)}' is a value in hexadecimal, expected a text");
        if (rest is ['"', .. var inner, '"'])
            rest = inner;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] != '\\')
            {
                var length = char.IsHighSurrogate(rest[i]) && i + 1 < rest.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(rest.Substring(i, length)));
                i += length - 1;
            }
            else if (i + 2 < rest.Length && char.IsAsciiHexDigit(rest[i + 1]) && char.IsAsciiHexDigit(rest[i + 2]))
            {
                bytes.Add(Convert.FromHexString(rest.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else if (i + 1 < rest.Length)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(rest[++i].ToString()));
            }
            else
            {
                throw new FormatException($"'{Words.Clip(rest)}' ends with a '\\'");
            }
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Blanks around a value do not count, unless the last one is escaped.</summary>
    private static string TrimUnescaped(string text)
    {
        var trimmed = text.Trim(' ');
        return trimmed.EndsWith('\\') && !trimmed.EndsWith(@"\\", StringComparison.Ordinal) && text.TrimEnd(' ').Length < text.Length ? trimmed + " " : trimmed;
    }

    [GeneratedRegex(@"^[A-Za-z0-9 '()+,\-./:=?]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Printable();

    [GeneratedRegex(@"^[0-2](\.(0|[1-9][0-9]{0,15}))+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ObjectIdentifier();
}

/// <summary>An attribute of a name.</summary>
/// <param name="Type">Its object identifier.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct NameAttribute(string Type, string Value);
