using System.Collections.Immutable;
using System.Globalization;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// What a class asks of AWS: the parameters of the existing plugin, with its names, defaults and refusals, and a few more. Unknown parameters are passed over, as there.
/// </summary>
internal sealed record AwsClass
{
    private const string StsAudience = "sts.amazonaws.com";
    private const string PodIdentityAudience = "pods.eks.amazonaws.com";

    /// <summary>region, or AWS_REGION; null for that of the node.</summary>
    public required string? Region { get; init; }

    /// <summary>failoverRegion; null for none.</summary>
    public required string? FailoverRegion { get; init; }

    /// <summary>usePodIdentity: the node's agent is asked for keys, and not STS.</summary>
    public required bool UsesPodIdentity { get; init; }

    /// <summary>preferredAddressType: under which of its addresses the agent is asked, one after the other.</summary>
    public required ImmutableArray<string> AgentAddresses { get; init; }

    /// <summary>roleArn; null for what is written on the service account.</summary>
    public required string? RoleArn { get; init; }

    /// <summary>assumeRoleArn and what goes with it; null for none.</summary>
    public required AwsAssumedRole? AssumedRole { get; init; }

    /// <summary>loginPer: whether each pod is to have keys of its own, for policies that tell pods of a service account apart.</summary>
    public required bool LoginPerPod { get; init; }

    /// <summary>What is to be read, and which files that makes.</summary>
    public required ImmutableArray<AwsObject> Objects { get; init; }

    /// <summary>The audience of the token that is shown.</summary>
    public string Audience => UsesPodIdentity ? PodIdentityAudience : StsAudience;

    /// <exception cref="VolumeException">The parameters make no sense; names each fault.</exception>
    public static AwsClass Read(SecretProviderClass secretClass, string? defaultRegion)
    {
        var faults = new ParameterFaults(secretClass);
        var reader = new Reader(secretClass.Parameters, faults);
        var read = new AwsClass
        {
            Region = reader.Region("region") ?? defaultRegion,
            FailoverRegion = reader.Region("failoverRegion"),
            UsesPodIdentity = reader.UsesPodIdentity(),
            AgentAddresses = PodIdentityAgent.Addresses(reader.Find("preferredAddressType")),
            RoleArn = reader.Role("roleArn"),
            AssumedRole = reader.AssumedRole(),
            LoginPerPod = LoginPer.IsPod(secretClass.Parameters["loginPer"], faults),
            Objects = new AwsObjects(faults, reader.Slash()).Read(reader.Find("objects")),
        };
        if (read.Region is { } region)
            read.CheckRegion(region, faults);
        if (read is { RoleArn: not null, UsesPodIdentity: true })
            faults.Add("roleArn", "is set, but with usePodIdentity EKS says which role it is: expected one of the two");
        faults.ThrowIfAny();
        return read;
    }

    /// <summary>Looks whether the class fits a region that is known only now: that of the node.</summary>
    /// <exception cref="VolumeException">It does not.</exception>
    public void CheckRegion(string region, SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        CheckRegion(region, faults);
        faults.ThrowIfAny();
    }

    private void CheckRegion(string region, ParameterFaults faults)
    {
        if (FailoverRegion == region)
            faults.Add("failoverRegion", $"is '{region}', the region that it is to stand in for: expected another");
        for (var i = 0; i < Objects.Length; i++)
        {
            CheckRegion(Objects[i].Read, region, $"objects[{i}].objectName", faults);
            if (Objects[i].FailoverRead.Name == Objects[i].Read.Name)
                continue;
            if (FailoverRegion is null)
                faults.Add($"objects[{i}].failoverObject", "is set, and failoverRegion is not");
            else
                CheckRegion(Objects[i].FailoverRead, FailoverRegion, $"objects[{i}].failoverObject.objectName", faults);
        }
    }

    private static void CheckRegion(AwsRead read, string region, string field, ParameterFaults faults)
    {
        if (AwsArn.Read(read.Name) is { } arn && arn.Region != region)
            faults.Add(field, $"is '{Words.Clip(read.Name)}', expected an ARN of region {region}");
    }

    private sealed class Reader(StringMap parameters, ParameterFaults faults)
    {
        private const string DurationSeconds = "assumeRoleDurationSeconds";

        public string? Find(string name) => parameters[name] is { Length: > 0 } value ? value : null;

        public string? Region(string name)
        {
            if (Find(name) is not { } region || AwsEndpoints.IsRegion(region))
                return Find(name);
            faults.Add(name, $"is '{Words.Clip(region)}', expected the name of a region, such as eu-west-1");
            return null;
        }

        /// <summary>What stands for a slash in the names of files; null where it stays one.</summary>
        public string? Slash()
        {
            var text = Find("pathTranslation") ?? "_";
            if (text.Equals("false", StringComparison.OrdinalIgnoreCase))
                return null;
            if (text is not [var letter] || !char.IsAscii(letter))
                faults.Add("pathTranslation", $"is '{Words.Clip(text)}', expected \"False\" or one character");
            return text;
        }

        public bool UsesPodIdentity()
        {
            var text = Find("usePodIdentity") ?? "false";
            if (GoBoolean.Parse(text) is { } uses)
                return uses;
            faults.Add("usePodIdentity", $"is '{Words.Clip(text)}', expected \"true\" or \"false\"");
            return false;
        }

        public string? Role(string name)
        {
            if (Find(name) is { } arn && AwsArn.Read(arn) is not { Service: "iam" })
                faults.Add(name, $"is '{Words.Clip(arn)}', expected the ARN of a role, such as arn:aws:iam::123456789012:role/shop");
            return Find(name);
        }

        public AwsAssumedRole? AssumedRole()
        {
            var (arn, seconds) = (Role("assumeRoleArn"), 0);
            if (Find(DurationSeconds) is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) || seconds is < 900 or > 43_200))
                faults.Add(DurationSeconds, $"is '{Words.Clip(text)}', expected 900 to 43200");
            if (arn is not null)
                return new AwsAssumedRole(arn, Find("assumeRoleExternalId"), seconds == 0 ? null : seconds);
            if (Find("assumeRoleExternalId") is not null || Find(DurationSeconds) is not null)
                faults.Add("assumeRoleArn", "is missing, and other assumeRole… parameters are set");
            return null;
        }
    }
}

/// <summary>A role that is assumed with the pod's keys, for what another account keeps.</summary>
internal sealed record AwsAssumedRole(string Arn, string? ExternalId, int? DurationSeconds);
