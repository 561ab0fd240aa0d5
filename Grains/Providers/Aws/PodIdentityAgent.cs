using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// The agent of EKS Pod Identity on this node (github.com/aws/eks-pod-identity-agent): it shows a pod's token to EKS and passes on the keys. Plain HTTP on a link-local
/// address, as for pods; never by way of a proxy.
/// </summary>
internal sealed partial class PodIdentityAgent(ProviderHttp http)
{
    private const string IPv4 = "http://169.254.170.23/";
    private const string IPv6 = "http://[fd00:ec2::23]/";

    /// <summary>The addresses in the order in which they are tried. What is no preference is none.</summary>
    public static ImmutableArray<string> Addresses(string? preferred) => preferred?.ToLowerInvariant() switch
    {
        "ipv4" => [IPv4],
        "ipv6" => [IPv6],
        _ => [IPv4, IPv6],
    };

    /// <exception cref="VolumeException">There are no keys, and why.</exception>
    public async Task<AwsGivenKeys> Keys(ImmutableArray<string> addresses, AwsIdentity identity, Secret token, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await Keys(new HttpEndpoint(new Uri(addresses[i])) { IsOnThisNode = true }, identity, token, cancellationToken);
            }
            catch (VolumeException failure) when (failure.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } && i + 1 < addresses.Length)
            {
                // Nobody listens there: a cluster has one family of addresses or the other.
            }
        }
    }

    private async Task<AwsGivenKeys> Keys(HttpEndpoint agent, AwsIdentity identity, Secret token, CancellationToken cancellationToken)
    {
        using var answer = await http.To(agent).Send(new HttpCall(HttpMethod.Get, "v1/credentials")
        {
            Purpose = "pod identity",
            Headers = [new("Accept", "application/json"), new("Authorization", token.ExposeText())],
        }, cancellationToken);
        var what = $"keys for {identity} from the Pod Identity agent at {agent}";
        if (!answer.IsSuccess)
            throw Refusal(what, answer, token);
        return Read(answer) ?? throw HttpFailures.Garbage(what, "AccessKeyId, SecretAccessKey, Token and Expiration");
    }

    /// <summary>Words only: <c>[request id]: (Code): what EKS says, fault: client</c>.</summary>
    private static VolumeException Refusal(string what, HttpAnswer answer, Secret token)
    {
        var said = answer.Body.ExposeText().Trim();
        var code = Code().Match(said).Groups["code"].Value;
        return HttpFailures.Of(what, answer, said, [token], AwsFailures.ErrorOf(code, said) ?? (answer.Status == 400 ? VolumeError.TokenRefused : null),
            code is "ResourceNotFoundException" or "AccessDeniedException" ? "is there a Pod Identity association for the service account, with a role that trusts pods.eks.amazonaws.com?" : null);
    }

    private static AwsGivenKeys? Read(HttpAnswer answer)
    {
        using var read = AnswerJson.Object(answer.Body);
        return read?.RootElement is { } keys && AwsJson.Text(keys, "AccessKeyId") is { } id && AwsJson.Text(keys, "SecretAccessKey") is { } secret
            && AwsJson.Text(keys, "Token") is { } token && AwsJson.Text(keys, "Expiration") is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiresAt)
            ? new AwsGivenKeys(new AwsKey(id, Secret.FromText(secret)), Secret.FromText(token), expiresAt, answer.Headers.Date) : null;
    }

    [GeneratedRegex(@"\((?<code>[A-Za-z]{1,64})\): ", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
