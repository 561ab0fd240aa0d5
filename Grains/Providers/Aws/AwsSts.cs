using System.Globalization;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>The Security Token Service of a region: tokens and keys become keys.</summary>
internal sealed class AwsSts(AwsClient client, AwsRegion region)
{
    private const string Service = AwsEndpoints.Sts;

    /// <summary>Keys of the identity's role, for the pod's token.</summary>
    /// <exception cref="VolumeException">There are none, and why.</exception>
    public async Task<AwsGivenKeys> AssumeRoleWithWebIdentity(AwsIdentity identity, Secret token, CancellationToken cancellationToken)
    {
        using var answer = await client.SendUnsigned(AwsRequest.Form(region.Sts, new AwsScope(region.Name, Service), "AssumeRoleWithWebIdentity",
            ("RoleArn", identity.RoleArn), ("RoleSessionName", identity.SessionName), ("WebIdentityToken", token.ExposeText())), cancellationToken);
        var what = $"keys for {identity} from STS at {region.Sts}";
        if (!answer.Http.IsSuccess)
            throw AwsFailures.Of(what, answer, [token], AwsFailures.HintForToken(answer, identity));
        return Read(answer) ?? throw HttpFailures.Garbage(what, "keys with an end");
    }

    /// <summary>Keys of another role, which <paramref name="login"/> may assume; null when STS does not take those.</summary>
    /// <exception cref="VolumeException">There are none, and why.</exception>
    public async Task<AwsGivenKeys?> AssumeRole(AwsIdentity identity, AwsLogin login, CancellationToken cancellationToken)
    {
        var role = identity.AssumedRole!;
        using var answer = await client.Send(AwsRequest.Form(region.Sts, new AwsScope(region.Name, Service), "AssumeRole",
            ("RoleArn", role.Arn), ("RoleSessionName", identity.SessionName), ("ExternalId", role.ExternalId),
            ("DurationSeconds", role.DurationSeconds?.ToString(CultureInfo.InvariantCulture))), login, cancellationToken);
        var what = $"keys of {role.Arn} for {identity} from STS at {region.Sts}";
        if (answer.KeysAreRefused)
            return null;
        if (!answer.Http.IsSuccess)
            throw AwsFailures.Of(what, answer, [login.SessionToken], answer.IsDenied ? $"the trust policy of {Words.Clip(role.Arn)} must allow sts:AssumeRole to the pod's role, with the same external id" : null);
        return Read(answer) ?? throw HttpFailures.Garbage(what, "keys with an end");
    }

    private static AwsGivenKeys? Read(AwsAnswer answer)
        => answer.Element("AccessKeyId") is { Length: > 0 } id && answer.Element("SecretAccessKey") is { Length: > 0 } secret && answer.Element("SessionToken") is { Length: > 0 } token
            && DateTimeOffset.TryParse(answer.Element("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiresAt)
            ? new AwsGivenKeys(new AwsKey(id, Secret.FromText(secret)), Secret.FromText(token), expiresAt, answer.Http.Headers.Date) : null;
}
