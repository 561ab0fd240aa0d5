using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains;

/// <summary>What providers log. Never what they were given as secret, and never what they give.</summary>
internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "pki: '{Subject}' from {File} issues certificates, until {NotAfter:u}")]
    public static partial void AuthorityRead(ILogger log, string subject, string file, DateTimeOffset notAfter);

    [LoggerMessage(301, LogLevel.Error, "pki: an authority is refused: {Fault}; {InForce}")]
    public static partial void AuthorityRefused(ILogger log, string fault, string inForce);

    [LoggerMessage(302, LogLevel.Error, "pki: the authority in {File} cannot be used: {Fault}. It is set aside as {Aside}, and a new one is made: pods that trust the old one must be published again")]
    public static partial void AuthoritySetAside(ILogger log, string file, string fault, string aside);

    [LoggerMessage(310, LogLevel.Warning, "{Endpoint}: the class turns off the check of the server's certificate; whoever is in between can read the secrets and the pod's token")]
    public static partial void VerificationSkipped(ILogger log, string endpoint);

    [LoggerMessage(330, LogLevel.Information, "{Provider}: logged in for {Namespace}/{ServiceAccount} as role {Role}, accessor {Accessor}, until {ExpiresAt:u}")]
    public static partial void VaultLoggedIn(ILogger log, string provider, string @namespace, string serviceAccount, string role, string accessor, DateTimeOffset expiresAt);

    [LoggerMessage(331, LogLevel.Warning, "{Provider}: the login of {Namespace}/{ServiceAccount} could not be renewed: {Fault}")]
    public static partial void VaultLoginNotRenewed(ILogger log, string provider, string @namespace, string serviceAccount, string fault);

    [LoggerMessage(332, LogLevel.Warning, "{Provider}: what {Namespace}/{ServiceAccount} used last could not be given back, next try at {Next:u}: {Fault}")]
    public static partial void VaultNotGivenBack(ILogger log, string provider, string @namespace, string serviceAccount, DateTimeOffset next, string fault);

    [LoggerMessage(333, LogLevel.Error, "{Account}: the login could not be written down; after a restart it would be left to its end")]
    public static partial void VaultLoginNotSaved(ILogger log, string account, Exception failure);

    [LoggerMessage(334, LogLevel.Information, "volume {Volume} could not be refreshed after its login was replaced: {Fault}")]
    public static partial void VaultVolumeNotRefreshed(ILogger log, string volume, string fault);

    [LoggerMessage(335, LogLevel.Warning, "vault: the key of versions in {File} is {Length} bytes long, expected {Expected}. It is set aside as {Aside}, and a new one is made: each version changes once")]
    public static partial void VaultVersionKeySetAside(ILogger log, string file, int length, int expected, string aside);

    [LoggerMessage(340, LogLevel.Information, "aws: keys {KeyId} for {Namespace}/{ServiceAccount}, until {ExpiresAt:u}")]
    public static partial void AwsLoggedIn(ILogger log, string @namespace, string serviceAccount, string keyId, DateTimeOffset expiresAt);

    [LoggerMessage(341, LogLevel.Warning, "aws: {Region} could not give everything, and what it did not give comes from {Other} where it can: {Fault}")]
    public static partial void AwsRegionFailed(ILogger log, string region, string other, string fault);

    [LoggerMessage(370, LogLevel.Warning, "volume {Volume}: the request {Request} is of no use any more and could not be deleted; it goes with its pod: {Fault}")]
    public static partial void RequestNotDeleted(ILogger log, string volume, string request, string fault);

    [LoggerMessage(371, LogLevel.Warning, "volume {Volume} is gone, and its certificate request could not be told: it stays until the driver ends")]
    public static partial void RequestNotReleased(ILogger log, string volume, Exception failure);

    [LoggerMessage(372, LogLevel.Information, "certificates to trust are read from {File}")]
    public static partial void TrustRead(ILogger log, string file);

    [LoggerMessage(373, LogLevel.Error, "certificates to trust are refused: {Fault}; {InForce}")]
    public static partial void TrustRefused(ILogger log, string fault, string inForce);
}
