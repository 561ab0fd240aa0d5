namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>Certificates to trust that somebody else keeps. Volumes show them, and show others when they change.</summary>
public interface ITrustBundle
{
    /// <summary>The certificates, as PEM.</summary>
    /// <exception cref="VolumeException">There are none, or they cannot be learned now.</exception>
    ValueTask<byte[]> Find(CancellationToken cancellationToken);

    /// <summary>The certificates as memory has them; null when they are not known here.</summary>
    byte[]? Peek();
}
