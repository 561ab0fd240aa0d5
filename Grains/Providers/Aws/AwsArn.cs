namespace ActorCsi.Grains.Providers.Aws;

/// <summary>An Amazon Resource Name: <c>arn:partition:service:region:account:resource</c>.</summary>
internal sealed record AwsArn(string Service, string Region)
{
    private const string Prefix = "arn:";

    /// <summary>Whether the text means to be one.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The parts of <paramref name="text"/>; null when it is no ARN.</summary>
    public static AwsArn? Read(string text)
        => IsMeant(text) && text.Split(':', 6) is [_, _, var service, var region, _, _] ? new AwsArn(service, region) : null;
}
