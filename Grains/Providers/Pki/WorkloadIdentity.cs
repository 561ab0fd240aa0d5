using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ActorCsi.Grains.Providers.Certificates;

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

        return new WorkloadIdentity(Certificates.SpiffeId.Of(parameters.TrustDomain, pod), names);
    }

    [GeneratedRegex(@"^(\*\.)?[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DnsName();
}
