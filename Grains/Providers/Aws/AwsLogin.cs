using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>Keys for a while, and what was found out about the rights of their owner. They are never erased while calls may be signed with them.</summary>
internal sealed class AwsLogin(AwsKey key, Secret sessionToken, DateTimeOffset givenAt)
{
    private volatile bool _mayNotBatch;
    private volatile bool _mayNotDescribe;

    /// <summary>What signs.</summary>
    public AwsKey Key => key;

    /// <summary>What goes along with each signature, and is no less secret.</summary>
    public Secret SessionToken => sessionToken;

    /// <summary>When they were given, by the clock here.</summary>
    public DateTimeOffset GivenAt => givenAt;

    /// <summary>secretsmanager:BatchGetSecretValue is not allowed: many policies were written before there was such an action.</summary>
    public bool MayNotBatch { get => _mayNotBatch; set => _mayNotBatch = value; }

    /// <summary>secretsmanager:DescribeSecret is not allowed.</summary>
    public bool MayNotDescribe { get => _mayNotDescribe; set => _mayNotDescribe = value; }
}

/// <summary>
/// Whose keys: two volumes with equal identities share them. Everything that keys depend on is in it, so that nothing that differs is shared.
/// </summary>
/// <param name="Namespace">The pods' namespace.</param>
/// <param name="ServiceAccount">The pods' service account.</param>
/// <param name="PodUid">The pod's uid where each pod is to have keys of its own; else empty.</param>
/// <param name="Giver">Who gives keys for the pod's token: the address of STS, or those of the node's agent.</param>
/// <param name="RoleArn">The role of the service account; null where the agent knows.</param>
/// <param name="AssumedRole">The role that is assumed then; null for none.</param>
internal sealed record AwsIdentity(string Namespace, string ServiceAccount, string PodUid, string Giver, string? RoleArn, AwsAssumedRole? AssumedRole)
{
    /// <summary>What CloudTrail shows: who it is, as far as STS allows it ([\w+=,.@-]{2,64}).</summary>
    public string SessionName => $"{Namespace}.{ServiceAccount}" is { Length: <= 64 } name ? name : $"{Namespace}.{ServiceAccount}"[..64];

    /// <summary>For messages.</summary>
    public override string ToString() => RoleArn is null ? $"{Namespace}/{ServiceAccount}" : $"{Namespace}/{ServiceAccount} as {RoleArn}";
}

/// <summary>Where a region's services are, and who is asked for keys there.</summary>
internal sealed record AwsRegion(string Name, HttpEndpoint Sts, HttpEndpoint SecretsManager, HttpEndpoint Ssm);
