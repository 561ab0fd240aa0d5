using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>The alternative names of what was issued, held against those that were asked for.</summary>
internal static class IssuedNames
{
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6); // RFC 5280, section 4.2.1.6: uniformResourceIdentifier

    /// <summary>The first name that was asked for and that the certificate does not bear; null when it bears all of them.</summary>
    public static string? Missing(X509Certificate2 certificate, CertificateOrder order)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return order.DnsNames.Except(names?.EnumerateDnsNames() ?? [], StringComparer.OrdinalIgnoreCase).FirstOrDefault()
            ?? order.IpAddresses.Select(IPAddress.Parse).Except(names?.EnumerateIPAddresses() ?? []).FirstOrDefault()?.ToString()
            ?? order.Uris.Except(names is null ? [] : Uris(names.RawData), StringComparer.Ordinal).FirstOrDefault();
    }

    private static List<string> Uris(byte[] der)
    {
        var uris = new List<string>();
        var names = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
            if (names.PeekTag().HasSameClassAndValue(Uri))
                uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
            else
                names.ReadEncodedValue();
        return uris;
    }
}
