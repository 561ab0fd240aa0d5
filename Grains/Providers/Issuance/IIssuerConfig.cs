namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// The issuer of <c>spiffe</c>, as the cluster has it: csi-driver-spiffe's ConfigMap of the runtime configuration, by which another issuer is put in force while drivers run.
/// </summary>
public interface IIssuerConfig
{
    /// <summary>The issuer in force; null when there is none, and then what the driver was started with counts.</summary>
    /// <exception cref="VolumeException"><see cref="VolumeError.ClusterUnavailable"/>: it cannot be learned now.</exception>
    ValueTask<CertificateIssuer?> Find(CancellationToken cancellationToken);
}

/// <summary>Without a cluster.</summary>
internal sealed class NoIssuerConfig : IIssuerConfig
{
    public ValueTask<CertificateIssuer?> Find(CancellationToken cancellationToken)
        => throw new VolumeException(VolumeError.ClusterUnavailable, "the issuer is said in the cluster's API, and the driver knows none: see --kubernetes");
}
