using System.Collections.Immutable;
using ActorCsi.Grains.Providers.Http;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// Turns pods' tokens into keys and keeps these until shortly before they end.
/// <code>
///   IRSA          token ─▶ STS AssumeRoleWithWebIdentity ─▶ keys          usePodIdentity   token ─▶ the node's agent ─▶ keys
///   assumeRoleArn          those keys ─▶ STS AssumeRole ─▶ keys of the other role
/// </code>
/// </summary>
internal sealed class AwsLogins(ProviderHttp http, AwsClient client, TimeProvider time, ILogger<AwsLogins> log)
{
    private readonly KeptLogins<AwsIdentity, AwsLogin> _kept = new(time);

    /// <summary>The keys of an identity: those there are, else new ones.</summary>
    /// <exception cref="VolumeException">There are none, and why.</exception>
    public Task<AwsLogin> Get(AwsIdentity identity, AwsRegion region, ImmutableArray<string> agents, Secret token, CancellationToken cancellationToken)
        => _kept.Get(identity, identity.AssumedRole is null
            ? cancelled => LogIn(identity, region, agents, token, cancelled)
            : cancelled => Assume(identity, region, agents, token, cancelled), cancellationToken);

    /// <summary>The store does not take these keys any more: the next who asks gets others.</summary>
    public void Forget(AwsIdentity identity, AwsLogin login) => _kept.Forget(identity, login);

    private async Task<KeptLogin<AwsLogin>> LogIn(AwsIdentity identity, AwsRegion region, ImmutableArray<string> agents, Secret token, CancellationToken cancellationToken)
    {
        var given = identity.RoleArn is null
            ? await new PodIdentityAgent(http).Keys(agents, identity, token, cancellationToken)
            : await new AwsSts(client, region).AssumeRoleWithWebIdentity(identity, token, cancellationToken);
        return Kept(given, identity);
    }

    private async Task<KeptLogin<AwsLogin>> Assume(AwsIdentity identity, AwsRegion region, ImmutableArray<string> agents, Secret token, CancellationToken cancellationToken)
    {
        var own = identity with { AssumedRole = null };
        var sts = new AwsSts(client, region);
        var login = await Get(own, region, agents, token, cancellationToken);
        var given = await sts.AssumeRole(identity, login, cancellationToken);
        if (given is null) // STS does not take the pod's own keys any more
        {
            Forget(own, login);
            given = await sts.AssumeRole(identity, await Get(own, region, agents, token, cancellationToken), cancellationToken);
        }
        return Kept(given ?? throw new VolumeException(VolumeError.TokenRefused, $"STS at {region.Sts} takes no keys of {identity}, not even new ones"), identity);
    }

    private KeptLogin<AwsLogin> Kept(AwsGivenKeys given, AwsIdentity identity)
    {
        var now = time.GetUtcNow();
        var life = given.ExpiresAt - (given.ServerTime ?? now); // by the clock of who gave them
        Log.AwsLoggedIn(log, identity.Namespace, identity.ServiceAccount, given.Key.Id, now + life);
        return new(new AwsLogin(given.Key, given.SessionToken, now), now + life);
    }
}

/// <summary>Keys as they were given.</summary>
internal sealed record AwsGivenKeys(AwsKey Key, Secret SessionToken, DateTimeOffset ExpiresAt, DateTimeOffset? ServerTime);
