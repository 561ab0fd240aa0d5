namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>Object identifiers that certificates are made of.</summary>
internal static class Oids
{
    public const string Rsa = "1.2.840.113549.1.1.1";
    public const string EllipticCurve = "1.2.840.10045.2.1";
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
}
