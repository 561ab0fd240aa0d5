using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>What a class asks of the certificate authority.</summary>
internal sealed record PkiParameters
{
    private const int MostDnsNames = 100;

    private static readonly string[] Known = [SpiffeId.TrustDomainOption, "duration", "dnsNames", .. CommonOptions.Key, "renewBefore", "fsGroup", .. CertificateFiles.Options];

    /// <summary>The authority part of the SPIFFE id.</summary>
    public required string TrustDomain { get; init; }

    /// <summary>How long a certificate is good for, from its issue.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>DNS names, with variables still in them.</summary>
    public required ImmutableArray<string> DnsNames { get; init; }

    /// <summary>The kind of the key pair.</summary>
    public required KeyType KeyType { get; init; }

    /// <summary>How long before its end the certificate is renewed; null for a third of its life.</summary>
    public required TimeSpan? RenewBefore { get; init; }

    /// <summary>The group of the files; null leaves it to the pod's fsGroup.</summary>
    public required uint? Group { get; init; }

    /// <summary>The files.</summary>
    public required CertificateFiles Files { get; init; }

    /// <exception cref="VolumeException">The parameters make no sense; names each fault.</exception>
    public static PkiParameters Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var options = new OptionReader(secretClass, Known, faults);
        var keyType = CommonOptions.KeyTypeOf(options, KeyType.All[0]);
        var parameters = new PkiParameters
        {
            TrustDomain = SpiffeId.TrustDomain(options),
            Duration = options.Duration("duration", shortest: 1) ?? TimeSpan.FromHours(1),
            DnsNames = DnsNamesOf(options),
            KeyType = keyType,
            RenewBefore = CommonOptions.RenewBefore(options),
            Group = CommonOptions.Group(options),
            Files = CertificateFiles.Read(options, keyType, FileDefaults.Ours),
        };
        faults.ThrowIfAny();
        return parameters;
    }

    private static ImmutableArray<string> DnsNamesOf(OptionReader options)
    {
        if (options["dnsNames"] is not { } text)
            return [];
        var names = text.TrimStart() is ['[', ..] or ['-', ' ' or '\n', ..]
            ? FromYaml(options, text)
            : text.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > MostDnsNames)
            options.Fault("dnsNames", $"has {names.Length} names, expected {MostDnsNames} at most");
        foreach (var name in names)
            if (PodVariables.Fault(name) is { } fault)
                options.Fault("dnsNames", fault);
        return [.. names];
    }

    private static string[] FromYaml(OptionReader options, string text)
    {
        try
        {
            if (YamlReader.Read(text) is [YamlSequence list] && list.Items.All(item => item is YamlScalar { IsText: true }))
                return [.. list.Items.Select(item => ((YamlScalar)item).Text)];
        }
        catch (YamlFault)
        {
        }
        options.Fault("dnsNames", "cannot be read, expected names joined by commas, or a YAML list of texts");
        return [];
    }
}
