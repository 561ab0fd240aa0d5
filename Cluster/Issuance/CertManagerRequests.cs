using System.Globalization;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Cluster.Issuance;

/// <summary>CertificateRequests of cert-manager: approved or denied by an approver, then issued by an issuer. Some issuers do not wait for approval.</summary>
internal sealed class CertManagerRequests(IKubernetes api, TimeProvider time) : RequestsOf<V1CertificateRequest>(api, Resources.CertificateRequests, time)
{
    public override RequestKind Kind => RequestKind.CertManager;

    protected override V1CertificateRequest New(CertificateDraft draft)
    {
        var order = draft.Order;
        return new V1CertificateRequest
        {
            Metadata = new ObjectMeta
            {
                Namespace = draft.Name.Namespace,
                Name = draft.Name.Name,
                Annotations = order.Annotations.Count == 0 ? null : order.Annotations.ToDictionary(),
                // Not blocking, not controlling: a service account needs no right on pods for it.
                OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = "Pod", Name = order.Pod.Name, Uid = order.Pod.Uid }],
            },
            Spec = new V1CertificateRequestSpec
            {
                Request = draft.SigningRequest,
                IssuerRef = new V1IssuerRef { Name = order.Issuer.Name, Kind = order.Issuer.Kind, Group = order.Issuer.Group },
                Duration = order.Duration is { } duration ? string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalSeconds}s") : null,
                IsCa = order.IsAuthority ? true : null,
                Usages = order.Usages,
            },
        };
    }

    protected override CertificateDecision? Decide(V1CertificateRequest item, CertificateDraft draft)
    {
        var conditions = item.Status?.Conditions;
        if (conditions.Holds("Denied") is { } denied)
            return new(null, new VolumeException(VolumeError.ProviderDenies, $"{Title(draft)} was denied{denied.Said()}"));
        if (conditions.Find("Ready") is { Reason: "Failed" } failed)
            return new(null, new VolumeException(VolumeError.ProviderFailed, $"{Title(draft)} has failed{failed.Said()}"));
        if (conditions.Holds("InvalidRequest") is { } invalid)
            return new(null, new VolumeException(VolumeError.ProviderFailed, $"{Title(draft)} is one that {draft.Order.Issuer} cannot serve{invalid.Said()}"));
        return conditions.Holds("Ready") is not null && item.Status!.Certificate is { Length: > 0 } certificate
            ? new(new IssuedChain(certificate, item.Status.Authority ?? []), null)
            : null;
    }

    protected override string State(V1CertificateRequest item, CertificateDraft draft)
    {
        var conditions = item.Status?.Conditions;
        return (conditions.Holds("Approved"), conditions.Find("Ready")) switch
        {
            (_, { Message.Length: > 0 } ready) => $"waits for {draft.Order.Issuer}{ready.Said()}",
            (null, _) => "waits to be approved",
            _ => $"is approved and waits for {draft.Order.Issuer}: is there such an issuer, and is it ready?",
        };
    }
}
