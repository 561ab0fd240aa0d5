using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Puts certificates in the order that servers want: the leaf, then each one's issuer.</summary>
internal static class CertificateChain
{
    /// <summary>
    /// The certificates in that order; in the order in which they came where they are not one chain, whole and without a circle. Who issued whom is told by
    /// key identifiers (RFC 5280 4.2.1.1 and 4.2.1.2), as in the plugin.
    /// </summary>
    public static ImmutableArray<X509Certificate2> Order(ImmutableArray<X509Certificate2> certificates)
    {
        var issuers = certificates.Select(certificate => certificates.FirstOrDefault(other => other != certificate && Issued(other, certificate))).ToArray();
        var leaf = certificates.FirstOrDefault(certificate => !issuers.Contains(certificate));
        var chain = ImmutableArray.CreateBuilder<X509Certificate2>();
        for (var next = leaf; next is not null && !chain.Contains(next); next = issuers[certificates.IndexOf(next)])
            chain.Add(next);
        return chain.Count == certificates.Length ? chain.ToImmutable() : certificates;
    }

    private static bool Issued(X509Certificate2 issuer, X509Certificate2 certificate)
    {
        var wanted = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        var offered = issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes;
        return wanted is { } key && offered is { } id && key.Span.SequenceEqual(id.Span);
    }
}
