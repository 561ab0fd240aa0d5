using System.Text.RegularExpressions;

namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>The identity of a pod as SPIFFE writes it: <c>spiffe://trust-domain/ns/namespace/sa/service-account</c>.</summary>
internal static partial class SpiffeId
{
    /// <summary>The option that names the trust domain.</summary>
    public const string TrustDomainOption = "trustDomain";

    private const int LongestDomain = 255;

    /// <summary>The trust domain that a class names; <c>cluster.local</c> where it names none, as csi-driver-spiffe has it.</summary>
    public static string TrustDomain(OptionReader options)
    {
        var domain = options[TrustDomainOption] ?? "cluster.local";
        if (domain.Length > LongestDomain || !TrustDomainName().IsMatch(domain))
            options.Fault(TrustDomainOption, $"is '{Words.Clip(domain)}', expected lower-case letters, digits, '.', '-' and '_' such as cluster.local");
        return domain;
    }

    /// <exception cref="VolumeException">The pod's names make no id.</exception>
    public static Uri Of(string trustDomain, PodIdentity pod)
        => PathSegment().IsMatch(pod.Namespace) && PathSegment().IsMatch(pod.ServiceAccount)
            ? new Uri($"spiffe://{trustDomain}/ns/{pod.Namespace}/sa/{pod.ServiceAccount}")
            : throw new VolumeException(VolumeError.Invalid, $"the pod's namespace '{Words.Clip(pod.Namespace)}' and service account '{Words.Clip(pod.ServiceAccount)}' make no SPIFFE id. kubelet sends them when the CSIDriver object has podInfoOnMount: true.");

    /// <summary>SPIFFE-ID, section 2.1: lower-case letters, digits, dots, dashes, underscores.</summary>
    [GeneratedRegex(@"^[a-z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex TrustDomainName();

    /// <summary>SPIFFE-ID, section 2.2, without the segments '.' and '..'.</summary>
    [GeneratedRegex(@"^(?!\.{1,2}\z)[A-Za-z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathSegment();
}
