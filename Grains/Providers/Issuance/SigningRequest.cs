using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Providers.Certificates;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>PKCS#10: the names that a key asks for, signed with it.</summary>
internal static class SigningRequest
{
    /// <summary>The request as PEM. It asks for names only: usages are said beside it, and what a request says twice could be said in two ways.</summary>
    public static byte[] Create(CertificateOrder order, AsymmetricAlgorithm key)
    {
        var subject = new X500DistinguishedName(order.Subject.AsSpan());
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashFor((ECDsa)key));
        if (AlternativeNames(order) is { } names)
            request.CertificateExtensions.Add(names.Build(critical: IsEmpty(order.Subject.AsSpan()))); // RFC 5280, section 4.2.1.6
        return Pem.Write("CERTIFICATE REQUEST", request.CreateSigningRequest());
    }

    private static SubjectAlternativeNameBuilder? AlternativeNames(CertificateOrder order)
    {
        if (order.DnsNames.IsEmpty && order.IpAddresses.IsEmpty && order.Uris.IsEmpty)
            return null;
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in order.DnsNames)
            names.AddDnsName(name);
        foreach (var address in order.IpAddresses)
            names.AddIpAddress(IPAddress.Parse(address));
        foreach (var uri in order.Uris)
            names.AddUri(new Uri(uri));
        return names;
    }

    /// <summary>An empty sequence has two bytes.</summary>
    private static bool IsEmpty(ReadOnlySpan<byte> subject) => subject.Length == 2;

    private static HashAlgorithmName HashFor(ECDsa key) => key.KeySize switch
    {
        <= 256 => HashAlgorithmName.SHA256,
        <= 384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };
}
