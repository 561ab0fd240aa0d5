using Grpc.Core;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>Turns what a plugin answers instead of files into the closed set of failures, with its own words kept and every secret struck out.</summary>
internal static class PluginFailures
{
    private const int LongestMessage = 1000;

    public static VolumeException Of(string plugin, RpcException failure, FetchRequest request, int maxReceiveMessageSize)
    {
        if (IsOurOwnLimit(failure.Status))
            return new VolumeException(VolumeError.Full,
                $"the answer of provider '{plugin}' is larger than {maxReceiveMessageSize} bytes: raise --max-call-recv-msg-size, or ask for fewer objects");
        return new VolumeException(Error(failure.StatusCode), $"provider '{plugin}': {failure.StatusCode}: {Redact(failure.Status.Detail, request)}");
    }

    /// <summary>Our own limit and a plugin's plea for fewer calls share a code; only the words of the gRPC library, ours or the official one, tell them apart.</summary>
    private static bool IsOurOwnLimit(Status status) => status.StatusCode is StatusCode.ResourceExhausted
        && (status.Detail.StartsWith("The response message has ", StringComparison.Ordinal) || status.Detail.StartsWith("Received message exceeds ", StringComparison.Ordinal));

    public static VolumeException Coded(string plugin, string code, FetchRequest request)
        => new(VolumeError.ProviderFailed, $"mount request failed with provider error code {Redact(code, request)} (provider '{plugin}')");

    private static VolumeError Error(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => VolumeError.Invalid,
        StatusCode.NotFound => VolumeError.NotFound,
        StatusCode.Unauthenticated => VolumeError.TokenRefused,
        StatusCode.PermissionDenied => VolumeError.ProviderDenies,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Aborted => VolumeError.ProviderUnavailable,
        StatusCode.ResourceExhausted => VolumeError.ProviderThrottles,
        _ => VolumeError.ProviderFailed,
    };

    private static string Redact(string words, FetchRequest request) => Redaction.Of(words,
        request.Tokens.All.Select(token => token.Token).Concat(request.NodePublishSecrets.Select(secret => secret.Value)), LongestMessage);
}
