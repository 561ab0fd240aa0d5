using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>What a class asks of the certificate authority.</summary>
internal sealed partial record PkiParameters
{
    /// <summary>The key under which nodePublishSecretRef's Secret may bring the password, so that it need not stand in the class.</summary>
    public const string Pkcs12PasswordKey = "pkcs12Password";

    private const string DefaultTrustDomain = "cluster.local"; // as csi-driver-spiffe's
    private const int LongestDomain = 255;
    private const int MostDnsNames = 100;

    private static readonly string[] Known =
    [
        "trustDomain", "duration", "dnsNames", "keyType", "keyEncoding", "certificateFile", "privateKeyFile", "caFile", "mode", "privateKeyMode",
        "pkcs12", "pkcs12Filename", Pkcs12PasswordKey, "pkcs12Profile",
    ];

    /// <summary>The authority part of the SPIFFE id.</summary>
    public required string TrustDomain { get; init; }

    /// <summary>How long a certificate is good for, from its issue.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>DNS names, with variables still in them.</summary>
    public required ImmutableArray<string> DnsNames { get; init; }

    /// <summary>The kind of the key pair.</summary>
    public required PkiKeyType KeyType { get; init; }

    /// <summary>Whether an RSA key is written as PKCS#1 rather than PKCS#8.</summary>
    public required bool Pkcs1 { get; init; }

    /// <summary>The file of certificate and chain.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>The file of the private key.</summary>
    public required string PrivateKeyFile { get; init; }

    /// <summary>The file of the certificates to trust.</summary>
    public required string CaFile { get; init; }

    /// <summary>Permission bits of certificate and CA.</summary>
    public required int Mode { get; init; }

    /// <summary>Permission bits of what holds the private key.</summary>
    public required int PrivateKeyMode { get; init; }

    /// <summary>The PKCS#12 file; null when none is asked for.</summary>
    public required Pkcs12Parameters? Pkcs12 { get; init; }

    /// <exception cref="VolumeException">The parameters make no sense; names each fault.</exception>
    public static PkiParameters Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        faults.AddUnknown(Known);
        var reader = new Reader(secretClass.Parameters, faults);
        var keyType = reader.KeyType();
        var mode = reader.Mode("mode", SecretFile.DefaultMode);
        var parameters = new PkiParameters
        {
            TrustDomain = reader.TrustDomain(),
            Duration = reader.Duration(),
            DnsNames = reader.DnsNames(),
            KeyType = keyType,
            Pkcs1 = reader.IsPkcs1(keyType),
            CertificateFile = reader.FileName("certificateFile", "tls.crt"),
            PrivateKeyFile = reader.FileName("privateKeyFile", "tls.key"),
            CaFile = reader.FileName("caFile", "ca.crt"),
            Mode = mode,
            PrivateKeyMode = reader.Mode("privateKeyMode", mode),
            Pkcs12 = reader.Pkcs12(),
        };
        faults.ThrowIfAny();
        return parameters;
    }

    /// <summary>SPIFFE-ID, section 2.1: lower-case letters, digits, dots, dashes, underscores.</summary>
    [GeneratedRegex(@"^[a-z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex TrustDomainName();

    private sealed class Reader(StringMap parameters, ParameterFaults faults)
    {
        private readonly HashSet<string> _files = new(StringComparer.Ordinal);

        public string TrustDomain()
        {
            var domain = parameters["trustDomain"] ?? DefaultTrustDomain;
            if (domain.Length > LongestDomain || !TrustDomainName().IsMatch(domain))
                faults.Add("trustDomain", $"is '{Words.Clip(domain)}', expected lower-case letters, digits, '.', '-' and '_' such as {DefaultTrustDomain}");
            return domain;
        }

        public TimeSpan Duration()
        {
            var text = parameters["duration"] ?? "1h";
            if (!GoDuration.TryParse(text, out var duration) || duration < TimeSpan.FromSeconds(1))
                faults.Add("duration", $"is '{Words.Clip(text)}', expected 1s or longer, such as 90s, 15m or 1h30m");
            return duration;
        }

        public ImmutableArray<string> DnsNames()
        {
            if (parameters["dnsNames"] is not { } text)
                return [];
            var names = text.TrimStart() is ['[', ..] or ['-', ' ' or '\n', ..]
                ? FromYaml(text)
                : text.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (names.Length > MostDnsNames)
                faults.Add("dnsNames", $"has {names.Length} names, expected {MostDnsNames} at most");
            foreach (var name in names)
                if (PodVariables.Fault(name) is { } fault)
                    faults.Add("dnsNames", fault);
            return [.. names];
        }

        private string[] FromYaml(string text)
        {
            try
            {
                if (YamlReader.Read(text) is [YamlSequence list] && list.Items.All(item => item is YamlScalar { IsText: true }))
                    return [.. list.Items.Select(item => ((YamlScalar)item).Text)];
            }
            catch (YamlFault)
            {
            }
            faults.Add("dnsNames", "cannot be read, expected names joined by commas, or a YAML list of texts");
            return [];
        }

        public PkiKeyType KeyType()
        {
            var name = parameters["keyType"] ?? PkiKeyType.All[0].Name;
            if (PkiKeyType.Find(name) is { } type)
                return type;
            faults.Add("keyType", $"is '{Words.Clip(name)}', expected {string.Join(", ", PkiKeyType.All.Select(known => known.Name))}");
            return PkiKeyType.All[0];
        }

        public bool IsPkcs1(PkiKeyType keyType)
        {
            var encoding = parameters["keyEncoding"] ?? "PKCS8";
            var isPkcs1 = encoding.Equals("PKCS1", StringComparison.OrdinalIgnoreCase);
            if (!isPkcs1 && !encoding.Equals("PKCS8", StringComparison.OrdinalIgnoreCase))
                faults.Add("keyEncoding", $"is '{Words.Clip(encoding)}', expected PKCS8 or PKCS1");
            else if (isPkcs1 && !keyType.IsRsa)
                faults.Add("keyEncoding", $"is PKCS1, which is for RSA keys only; expected PKCS8 with keyType {keyType.Name}");
            return isPkcs1;
        }

        public string FileName(string parameter, string otherwise)
        {
            var path = parameters[parameter] ?? otherwise;
            if (FilePath.BrokenRule(path) is { } rule)
                faults.Add(parameter, rule);
            else if (!_files.Add(path))
                faults.Add(parameter, $"is '{Words.Clip(path)}', as another file of the class is; expected each name once");
            return path;
        }

        public int Mode(string parameter, int otherwise)
        {
            if (parameters[parameter] is not { } text)
                return otherwise;
            if (!FilePermissions.TryReadText(text, out var mode))
                faults.Add(parameter, $"is '{Words.Clip(text)}', {FilePermissions.Expected}");
            return mode;
        }

        public Pkcs12Parameters? Pkcs12()
        {
            switch (parameters["pkcs12"] ?? "false")
            {
                case "true":
                    return new Pkcs12Parameters(FileName("pkcs12Filename", "keystore.p12"), Pkcs12Profile(), parameters[Pkcs12PasswordKey] is { } text ? Secret.FromText(text) : null);
                case "false":
                    foreach (var (name, _) in parameters)
                        if (name.StartsWith("pkcs12", StringComparison.Ordinal) && name.Length > "pkcs12".Length && Known.Contains(name))
                            faults.Add(name, "is given without pkcs12: \"true\"");
                    return null;
                case var other:
                    faults.Add("pkcs12", $"is '{Words.Clip(other)}', expected \"true\" or \"false\"");
                    return null;
            }
        }

        private bool Pkcs12Profile()
        {
            var profile = parameters["pkcs12Profile"] ?? "Modern2023";
            var isLegacy = profile.Equals("LegacyDES", StringComparison.OrdinalIgnoreCase);
            if (!isLegacy && !profile.Equals("Modern2023", StringComparison.OrdinalIgnoreCase))
                faults.Add("pkcs12Profile", $"is '{Words.Clip(profile)}', expected Modern2023 or LegacyDES");
            return isLegacy;
        }
    }
}

/// <summary>The PKCS#12 file that a class asks for.</summary>
/// <param name="File">Its path.</param>
/// <param name="IsLegacy">
/// Whether it is enciphered with 3DES and SHA-1, for readers that know nothing newer (Java 8 before 8u301, Windows Server 2016), rather
/// than with AES-256 and SHA-256. The names of the two are cert-manager's.
/// </param>
/// <param name="Password">The password in the class; null when it is to come with nodePublishSecretRef.</param>
internal sealed record Pkcs12Parameters(string File, bool IsLegacy, Secret? Password);
