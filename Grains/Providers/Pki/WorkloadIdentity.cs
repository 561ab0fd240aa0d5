using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Providers.Pki;

/// <summary>The names that a pod's certificate bears.</summary>
/// <param name="SpiffeId"><c>spiffe://trust-domain/ns/namespace/sa/service-account</c></param>
/// <param name="DnsNames">DNS names besides.</param>
internal sealed partial record WorkloadIdentity(Uri SpiffeId, ImmutableArray<string> DnsNames)
{
    private const int LongestName = 253;

    /// <exception cref="VolumeException">A DNS name, with the pod's values in it, is none.</exception>
    public static WorkloadIdentity Of(PodIdentity pod, PkiParameters parameters, ParameterFaults faults)
    {
        var names = parameters.DnsNames.Select(name => PodVariables.Expand(name, pod)).Distinct(StringComparer.Ordinal).ToImmutableArray();
        foreach (var name in names)
            if (name.Length > LongestName || !DnsName().IsMatch(name))
                faults.Add("dnsNames", $"gives '{Words.Clip(name)}' for pod {pod}, expected a DNS name of letters, digits, '-' and '.', with at most one leading '*.'");
        faults.ThrowIfAny();

        if (!PathSegment().IsMatch(pod.Namespace) || !PathSegment().IsMatch(pod.ServiceAccount))
            throw new VolumeException(VolumeError.Invalid, $"the pod's namespace '{Words.Clip(pod.Namespace)}' and service account '{Words.Clip(pod.ServiceAccount)}' make no SPIFFE id. kubelet sends them when the CSIDriver object has podInfoOnMount: true.");
        return new WorkloadIdentity(new Uri($"spiffe://{parameters.TrustDomain}/ns/{pod.Namespace}/sa/{pod.ServiceAccount}"), names);
    }

    [GeneratedRegex(@"^(\*\.)?[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DnsName();

    /// <summary>SPIFFE-ID, section 2.2, without the segments '.' and '..'.</summary>
    [GeneratedRegex(@"^(?!\.{1,2}\z)[A-Za-z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathSegment();
}
