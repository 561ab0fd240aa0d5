using System.Security.Authentication;
using Polly.Timeout;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>Turns what HTTP has to say into the closed set of failures.</summary>
internal static class HttpFailures
{
    private const int LongestMessage = 1000;

    /// <summary>The kind of failure that a status stands for, where the provider knows nothing better.</summary>
    public static VolumeError ErrorOf(int status) => status switch
    {
        401 => VolumeError.TokenRefused,
        403 => VolumeError.ProviderDenies,
        404 or 410 => VolumeError.NotFound,
        408 or 425 => VolumeError.ProviderUnavailable,
        429 => VolumeError.ProviderThrottles,
        501 => VolumeError.ProviderFailed,
        >= 500 => VolumeError.ProviderUnavailable,
        _ => VolumeError.ProviderFailed,
    };

    /// <summary>The failure that <paramref name="answer"/> is.</summary>
    /// <param name="what">What was tried, with whom: "reading kv/data/shop from vault at https://…".</param>
    /// <param name="answer">The answer.</param>
    /// <param name="said">The provider's own message, which may quote anything; null or empty when it has none.</param>
    /// <param name="secrets">What was sent and must not be seen.</param>
    /// <param name="error">The kind of failure, where the provider knows it better than <see cref="ErrorOf"/>.</param>
    /// <param name="hint">How to mend it; null when there is nothing to say.</param>
    public static VolumeException Of(string what, HttpAnswer answer, string? said, IEnumerable<Secret> secrets, VolumeError? error = null, string? hint = null)
    {
        var words = string.IsNullOrWhiteSpace(said) ? "" : ": " + Redaction.Of(said, secrets, LongestMessage);
        var pause = answer.RetryAfter is { } wait ? $" It asks to be left alone for {wait.TotalSeconds:0} s." : "";
        return new VolumeException(error ?? ErrorOf(answer.Status), $"{what}: HTTP {answer.Status}{words}{(hint is null ? "" : $" ({hint})")}{pause}")
        {
            RetryAfter = answer.RetryAfter,
        };
    }

    /// <summary>An answer with a good status that makes no sense.</summary>
    public static VolumeException Garbage(string what, string expected)
        => new(VolumeError.ProviderFailed, $"{what}: the answer makes no sense, expected {expected}");

    /// <summary>No answer at all. The messages of the network layers hold names and addresses, nothing that was sent.</summary>
    public static VolumeException NoAnswer(HttpEndpoint endpoint, Exception failure) => new(
        failure is AnswerTooLong or HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } ? VolumeError.Full : VolumeError.ProviderUnavailable, $"{endpoint.Origin} {Why(endpoint, failure)}", failure);

    private static string Why(HttpEndpoint endpoint, Exception failure) => failure switch
    {
        TimeoutRejectedException { Timeout: var time } => $"did not answer within {time.TotalSeconds:0.#} s",
        AnswerTooLong => failure.Message,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "gives an answer with too many headers",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => $"cannot be reached: there is no address for '{endpoint.Address.Host}'",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => $"cannot be reached: {Words.Clip(failure.Message)}", // with the address: it may be a proxy's
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => $"cannot be talked to in TLS: {Words.Clip(Innermost<AuthenticationException>(failure)?.Message ?? failure.Message, 500)}",
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => $"cannot be reached through the proxy: {Words.Clip(failure.Message)}",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => "does not answer in HTTP",
        _ => "broke off before its answer was whole",
    };

    private static T? Innermost<T>(Exception? failure) where T : Exception
    {
        T? found = null;
        for (; failure is not null; failure = failure.InnerException)
            found = failure as T ?? found;
        return found;
    }
}
