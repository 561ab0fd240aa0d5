using System.Text.RegularExpressions;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// Where a service of a region is, as the vendor's own tools find it: <c>AWS_ENDPOINT_URL_…</c> and <c>AWS_ENDPOINT_URL</c> of the driver's environment, else by the name
/// of the region, with <c>AWS_USE_FIPS_ENDPOINT</c> and <c>AWS_USE_DUALSTACK_ENDPOINT</c>. A class has no say in it: pods' tokens go there.
/// </summary>
internal sealed partial class AwsEndpoints(Func<string, string?> environment)
{
    /// <summary>STS, by which tokens become keys.</summary>
    public const string Sts = "sts";

    /// <summary>Secrets Manager.</summary>
    public const string SecretsManager = "secretsmanager";

    /// <summary>Systems Manager, which has the Parameter Store.</summary>
    public const string Ssm = "ssm";

    /// <summary>By how the names of a partition's regions begin: its domain, and the one for IPv4 and IPv6.</summary>
    private static readonly (string Begins, string Domain, string DualStack)[] Partitions =
    [
        ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
        ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
        ("", "amazonaws.com", "api.aws"),
    ];

    /// <summary>The region where a class names none.</summary>
    public string? Region => Variable("AWS_REGION");

    /// <summary>Whether the text can be the name of a region: it becomes part of a host's name.</summary>
    public static bool IsRegion(string text) => RegionName().IsMatch(text);

    /// <exception cref="VolumeException">What the driver's environment says is no address.</exception>
    public HttpEndpoint Of(string service, string region)
        => new(Named(service) ?? new Uri($"https://{Host(service, region)}/")) { CaFile = Variable("AWS_CA_BUNDLE") };

    private Uri? Named(string service)
    {
        if (IsTrue("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
            return null;
        foreach (var name in (string[])[$"AWS_ENDPOINT_URL_{(service == SecretsManager ? "SECRETS_MANAGER" : service.ToUpperInvariant())}", "AWS_ENDPOINT_URL"])
            if (Variable(name) is { } text)
                return HttpEndpoint.Fault(text, out var address) is not { } fault ? address
                    : throw new VolumeException(VolumeError.ProviderFailed, $"{name} in the driver's environment {fault}");
        return null;
    }

    private string Host(string service, string region)
    {
        var (_, domain, dualStack) = Partitions.First(partition => region.StartsWith(partition.Begins, StringComparison.Ordinal));
        var isDualStack = IsTrue("AWS_USE_DUALSTACK_ENDPOINT");
        // Secrets Manager's usual names have IPv6 too, there are no others; and what GovCloud has of these two is all FIPS.
        if (isDualStack && !(service == SecretsManager && domain.StartsWith("amazonaws.com", StringComparison.Ordinal)))
            domain = dualStack;
        else if (service != SecretsManager && region.StartsWith("us-gov-", StringComparison.Ordinal))
            return $"{service}.{region}.{domain}";
        return $"{service}{(IsTrue("AWS_USE_FIPS_ENDPOINT") ? "-fips" : "")}.{region}.{domain}";
    }

    private bool IsTrue(string name) => string.Equals(Variable(name), "true", StringComparison.OrdinalIgnoreCase);

    private string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;

    [GeneratedRegex(@"^[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex RegionName();
}
