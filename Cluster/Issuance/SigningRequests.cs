using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Cluster.Issuance;

/// <summary>CertificateSigningRequests of Kubernetes: approved or denied, then signed.</summary>
internal sealed class SigningRequests(IKubernetes api, TimeProvider time) : RequestsOf<V1CertificateSigningRequest>(api, Resources.CertificateSigningRequests, time)
{
    public override RequestKind Kind => RequestKind.Kubernetes;

    /// <summary>Nothing: the cluster takes them away itself, an hour after they were decided on and a day after they were not.</summary>
    public override Task Delete(RequestName request, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override V1CertificateSigningRequest New(CertificateDraft draft) => new()
    {
        Metadata = new ObjectMeta { Name = draft.Name.Name },
        Spec = new V1CertificateSigningRequestSpec
        {
            Request = draft.SigningRequest,
            SignerName = draft.Order.Issuer.Name,
            ExpirationSeconds = draft.Order.Duration is { } duration ? (int)Math.Min(duration.TotalSeconds, int.MaxValue) : null,
            Usages = draft.Order.Usages,
        },
    };

    protected override CertificateDecision? Decide(V1CertificateSigningRequest item, CertificateDraft draft)
    {
        var conditions = item.Status?.Conditions;
        if (conditions.Find("Denied") is { } denied)
            return new(null, new VolumeException(VolumeError.ProviderDenies, $"{Title(draft)} was denied{denied.Said()}"));
        if (conditions.Find("Failed") is { } failed)
            return new(null, new VolumeException(VolumeError.ProviderFailed, $"{Title(draft)} has failed{failed.Said()}"));
        return item.Status?.Certificate is { Length: > 0 } certificate ? new(new IssuedChain(certificate, []), null) : null;
    }

    protected override string State(V1CertificateSigningRequest item, CertificateDraft draft)
        => item.Status?.Conditions.Find("Approved") is null ? $"waits to be approved for {draft.Order.Issuer}" : $"is approved and waits for {draft.Order.Issuer}: does that signer run?";
}
