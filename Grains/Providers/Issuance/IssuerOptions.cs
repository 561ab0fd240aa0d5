using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>Which of cert-manager's issuers is asked.</summary>
internal static class IssuerOptions
{
    public static readonly string[] All = ["issuerName", "issuerKind", "issuerGroup"];

    public static bool AreGiven(OptionReader options) => options[All[0]] is not null;

    public static CertificateIssuer Read(OptionReader options) => new(
        options["issuerGroup"] ?? "cert-manager.io",
        options["issuerKind"] ?? "Issuer",
        CommonOptions.Required(options, "issuerName", "the name of an issuer of cert-manager's"));
}
