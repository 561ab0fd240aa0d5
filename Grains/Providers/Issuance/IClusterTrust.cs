namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>ClusterTrustBundles: certificates to trust, as the cluster has them.</summary>
public interface IClusterTrust
{
    /// <summary>Those that <paramref name="selection"/> means; followed from now on.</summary>
    ITrustBundle Follow(TrustSelection selection);

    /// <summary>One that is followed is another than before, or is known now. Raised on any thread; take note and return.</summary>
    event Action? Changed;
}

/// <summary>Without a cluster.</summary>
internal sealed class NoClusterTrust : IClusterTrust, ITrustBundle
{
    public event Action? Changed
    {
        add { }
        remove { }
    }

    public ITrustBundle Follow(TrustSelection selection) => this;

    public ValueTask<byte[]> Find(CancellationToken cancellationToken)
        => throw new VolumeException(VolumeError.ClusterUnavailable, "ClusterTrustBundles are in the cluster's API, and the driver knows none: see --kubernetes");

    public byte[]? Peek() => null;
}

/// <summary>Which ClusterTrustBundles: the one of a name, or those of a signer.</summary>
/// <param name="Name">The name; null for those of a signer.</param>
/// <param name="Signer">The signer; null for the one of a name.</param>
/// <param name="Labels">A label selector, which makes them fewer; null for all of the signer's.</param>
public sealed record TrustSelection(string? Name, string? Signer, string? Labels)
{
    /// <summary><c>ClusterTrustBundle x</c>, <c>ClusterTrustBundles of signer example.com/web (app=shop)</c></summary>
    public override string ToString() => Name is null ? $"ClusterTrustBundles of signer {Words.Clip(Signer!)}{(Labels is null ? "" : $" ({Words.Clip(Labels)})")}" : $"ClusterTrustBundle {Words.Clip(Name)}";
}
