using System.Collections.Immutable;
using System.Text.Json;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// One fetch's calls in one region, with the keys of its pod. Keys that the store refuses are replaced once; those that were kept for a while also when they are denied
/// something, since a role's sessions can be revoked by a policy that denies all keys from before a moment.
/// </summary>
internal sealed class AwsSession(
    AwsClient client, AwsLogins logins, AwsRegion region, AwsIdentity identity, ImmutableArray<string> agents, Secret token, TimeProvider time)
{
    /// <summary>Keys younger than this were denied for good.</summary>
    private static readonly TimeSpan MayBeRevokedAfter = TimeSpan.FromMinutes(5);

    /// <summary>The region's name.</summary>
    public string Region => region.Name;

    /// <summary>The keys that calls are signed with now.</summary>
    /// <exception cref="VolumeException">There are none, and why.</exception>
    public Task<AwsLogin> Login(CancellationToken cancellationToken) => logins.Get(identity, region, agents, token, cancellationToken);

    /// <summary>The answer to an operation, whatever it is.</summary>
    /// <exception cref="VolumeException">There is none.</exception>
    public async Task<AwsAnswer> Call(string service, string target, Action<Utf8JsonWriter> arguments, CancellationToken cancellationToken)
    {
        var endpoint = service == AwsEndpoints.Ssm ? region.Ssm : region.SecretsManager;
        var request = AwsRequest.Json(endpoint, new AwsScope(region.Name, service), target, AwsJson.Object(arguments));
        var login = await Login(cancellationToken);
        var answer = await client.Send(request, login, cancellationToken);
        if (!answer.KeysAreRefused && !(answer.IsDenied && time.GetUtcNow() - login.GivenAt > MayBeRevokedAfter))
            return answer;
        answer.Dispose();
        logins.Forget(identity, login);
        return await client.Send(request, await Login(cancellationToken), cancellationToken);
    }

    /// <summary>The failure that an answer to <paramref name="read"/> is.</summary>
    public VolumeException Failure(AwsRead read, AwsAnswer answer) => AwsFailures.Of(Words(read), answer, [token]);

    /// <summary>The failure of one among several that were asked for together.</summary>
    public VolumeException Failure(AwsRead read, string code, string said) => AwsFailures.OfOne(Words(read), code, said, [token]);

    /// <summary>An answer to <paramref name="read"/> that makes no sense.</summary>
    public VolumeException Garbage(AwsRead read, string expected) => HttpFailures.Garbage(Words(read), expected);

    private string Words(AwsRead read) => $"{read} in {region.Name} for {identity}";
}
