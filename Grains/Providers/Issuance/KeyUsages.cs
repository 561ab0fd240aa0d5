using System.Collections.Immutable;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>What a certificate may be good for, in the words of Kubernetes and cert-manager.</summary>
internal static class KeyUsages
{
    /// <summary>The option.</summary>
    public const string Option = "keyUsages";

    /// <summary>cert-manager's default.</summary>
    public static readonly ImmutableArray<string> ForTls = ["digital signature", "key encipherment"];

    /// <summary>For both ends of a TLS connection.</summary>
    public static readonly ImmutableArray<string> ForBothEnds = ["digital signature", "key encipherment", "server auth", "client auth"];

    private static readonly string[] Known =
    [
        "signing", "digital signature", "content commitment", "key encipherment", "key agreement", "data encipherment", "cert sign", "crl sign", "encipher only", "decipher only",
        "any", "server auth", "client auth", "code signing", "email protection", "s/mime", "ipsec end system", "ipsec tunnel", "ipsec user", "timestamping", "ocsp signing",
        "microsoft sgc", "netscape sgc",
    ];

    /// <summary>Those of a class.</summary>
    public static ImmutableArray<string> Read(OptionReader options, ImmutableArray<string> otherwise)
    {
        if (options[Option] is not { } text)
            return otherwise;
        var usages = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var usage in usages.Except(Known))
            options.Fault(Option, $"has '{Words.Clip(usage)}', expected some of {string.Join(", ", Known)}");
        return [.. usages];
    }
}
