using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>Turns what the services refuse into the closed set of failures. Nearly everything is HTTP 400 there: the code says what it is.</summary>
internal static class AwsFailures
{
    /// <summary>The failure that an answer is.</summary>
    public static VolumeException Of(string what, AwsAnswer answer, IEnumerable<Secret> secrets, string? hint = null)
    {
        var said = answer.Code.Length == 0 ? answer.Said : answer.Said.Length == 0 ? answer.Code : $"{answer.Code}: {answer.Said}";
        return HttpFailures.Of(what, answer.Http, said, secrets, ErrorOf(answer.Code, answer.Said), hint ?? Hint(answer.Code));
    }

    /// <summary>The failure of one of several things that were asked for together.</summary>
    public static VolumeException OfOne(string what, string code, string said, IEnumerable<Secret> secrets)
        => new(ErrorOf(code, said) ?? VolumeError.ProviderFailed, $"{what}: {Redaction.Of($"{code}: {said}", secrets, 1000)}");

    /// <summary>The kind of failure that a code stands for; null when HTTP's status must say.</summary>
    public static VolumeError? ErrorOf(string code, string said) => code switch
    {
        "ResourceNotFoundException" or "ParameterNotFound" or "ParameterVersionNotFound" => VolumeError.NotFound,
        "InvalidRequestException" when said.Contains("deletion", StringComparison.Ordinal) => VolumeError.NotFound, // it was, and has not quite gone
        "InvalidParameterException" or "InvalidRequestException" or "InvalidParameterValueException" or "ValidationException" or "ValidationError" or "InvalidKeyId"
            or "InvalidNextTokenException" or "MalformedPolicyDocument" => VolumeError.Invalid,
        "AccessDeniedException" or "AccessDenied" or "DecryptionFailure" or "IDPRejectedClaim" or "RegionDisabledException" or "OptInRequired" or "NotAuthorized" => VolumeError.ProviderDenies,
        "InvalidIdentityToken" or "InvalidTokenException" or "ExpiredTokenException" or "ExpiredToken" or "UnrecognizedClientException" or "InvalidClientTokenId" => VolumeError.TokenRefused,
        "ThrottlingException" or "Throttling" or "ThrottledException" or "RequestThrottled" or "RequestThrottledException" or "TooManyRequestsException" or "RequestLimitExceeded"
            or "LimitExceededException" or "PriorRequestNotComplete" or "SlowDown" => VolumeError.ProviderThrottles,
        "InternalServiceError" or "InternalServiceErrorException" or "InternalServerError" or "InternalServerException" or "InternalFailure" or "ServiceUnavailable"
            or "ServiceUnavailableException" or "IDPCommunicationError" or "RequestTimeout" or "RequestTimeoutException" => VolumeError.ProviderUnavailable,
        _ => null,
    };

    /// <summary>What usually mends a login that STS refuses.</summary>
    public static string? HintForToken(AwsAnswer answer, AwsIdentity identity) => answer.Code switch
    {
        "AccessDenied" or "AccessDeniedException" =>
            $"the trust policy of {Words.Clip(identity.RoleArn!)} must allow sts:AssumeRoleWithWebIdentity to system:serviceaccount:{identity.Namespace}:{identity.ServiceAccount}",
        "InvalidIdentityToken" when answer.Said.Contains("audience", StringComparison.OrdinalIgnoreCase) => "the OIDC provider in IAM must have sts.amazonaws.com among its audiences",
        "InvalidIdentityToken" => "IAM must have an OIDC provider for the issuer of this cluster's tokens",
        "ExpiredTokenException" => "kubelet brings a new token with its next publish; if this stays, compare the clocks of the node and the API server",
        "IDPCommunicationError" => "STS could not read the keys of the cluster's issuer",
        "RegionDisabledException" => "STS is not active in this region for the account",
        _ => null,
    };

    private static string? Hint(string code) => code switch
    {
        "InvalidSignatureException" or "SignatureDoesNotMatch" or "RequestExpired" or "RequestTimeTooSkewed" => "compare the node's clock with the time",
        "DecryptionFailure" => "the role must be allowed kms:Decrypt with the key of the secret",
        _ => null,
    };
}
