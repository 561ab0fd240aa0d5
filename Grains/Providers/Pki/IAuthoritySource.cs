namespace ActorCsi.Grains.Providers.Pki;

/// <summary>Where the certificate authority comes from.</summary>
internal interface IAuthoritySource
{
    /// <summary>The authority in force now. May be called from any thread.</summary>
    /// <exception cref="VolumeException">There is none, and why.</exception>
    CertificateAuthority Current();
}
