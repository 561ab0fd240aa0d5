using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;

namespace ActorCsi.Cluster.Issuance;

/// <summary>What the API server says no to, in the closed set, and what mends it.</summary>
internal static class RequestFailures
{
    private const int LongestAnswer = 512;

    public static VolumeException Of(KubernetesException failure, CertificateDraft draft, string resource)
    {
        var (error, hint) = Kind(failure, draft, resource);
        var said = draft.Token is { } token ? Redaction.Of(failure.Message, [token.Token], LongestAnswer) : failure.Message;
        return new VolumeException(error, $"{draft.Order.Issuer}: {said}{(hint.Length == 0 ? "" : $": {hint}")}", failure) { RetryAfter = failure.RetryAfter };
    }

    private static (VolumeError Error, string Hint) Kind(KubernetesException failure, CertificateDraft draft, string resource) => failure switch
    {
        { Code: 429 } => (VolumeError.ProviderThrottles, ""),
        { IsUnavailable: true } or { IsGone: true } => (VolumeError.ProviderUnavailable, ""),
        { Code: 401 } when draft.Token is not null => (VolumeError.TokenRefused, "the API server does not take the pod's token; kubelet brings a new one with its next publish"),
        { Code: 401 } => (VolumeError.ProviderUnavailable, "the API server does not take the driver's own token"),
        { Code: 403 } => (VolumeError.ProviderDenies, Right(draft, resource)),
        { IsNotFound: true } => (VolumeError.Invalid, draft.Order.Kind is RequestKind.CertManager ? "is cert-manager installed in this cluster?" : ""),
        { Code: 400 or 409 or 422 } => (VolumeError.Invalid, ""),
        _ => (VolumeError.ProviderFailed, ""),
    };

    private static string Right(CertificateDraft draft, string resource)
        => draft.Token is null
            ? $"the driver needs get, watch, create and delete on {resource} (deploy/components/certificates-as-driver)"
            : $"either service account {draft.Order.Pod.Namespace}/{draft.Order.Pod.ServiceAccount} lacks create on {resource}, or the driver get, watch and delete (deploy/components/certificates); or let the driver ask, with --certificates-requested-by=driver";
}
