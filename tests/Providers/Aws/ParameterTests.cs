using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Aws;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>A class with parameters that make no sense is refused, each fault with its field; what the plugin lets pass, passes.</summary>
public sealed class ParameterTests
{
    private const string Good = "- {objectName: a, objectType: secretsmanager}";
    private const string Arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-abcdef";

    [Theory]
    [InlineData("objects", null, "parameters.objects is not a YAML list")]
    [InlineData("objects", "[]", "parameters.objects is not a YAML list")]
    [InlineData("objects", "- [", "parameters.objects cannot be read as YAML")]
    [InlineData("objects", "- a", "parameters.objects[0] is a text")]
    [InlineData("objects", "- {objectType: secretsmanager}", "parameters.objects[0].objectName is missing")]
    [InlineData("objects", "- {objectName: a}", "parameters.objects[0].objectType is missing")]
    [InlineData("objects", "- {objectName: a, objectType: ssm}", "parameters.objects[0].objectType is 'ssm', expected secretsmanager or ssmparameter")]
    [InlineData("objects", "- {objectName: 'arn:aws:s3:::bucket'}", "parameters.objects[0].objectName is 'arn:aws:s3:::bucket', expected an ARN of secretsmanager or ssm")]
    [InlineData("objects", "- {objectName: 'arn:aws:x'}", "parameters.objects[0].objectName is 'arn:aws:x', expected an ARN")]
    [InlineData("objects", "- {objectName: '" + Arn + "', objectType: ssmparameter}", "expected an ARN of the service that objectType names")]
    [InlineData("region", "us-east-1", "expected an ARN of region us-east-1", "- {objectName: '" + Arn + "'}")]
    [InlineData("objects", "- {objectName: a, objectType: ssmparameter, objectVersion: 1, objectVersionLabel: b}", "parameters.objects[0] has both objectVersion and objectVersionLabel")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, filePermission: 0600}", "parameters.objects[0].filePermission is '384', expected four octal digits in quotes")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, filePermission: \"0800\"}", "parameters.objects[0].filePermission is '0800'")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, filePermission: \"600\"}", "parameters.objects[0].filePermission is '600'")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, jmesPath: b}", "parameters.objects[0].jmesPath cannot be read")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, jmesPath: [{path: b}]}", "parameters.objects[0].jmesPath[0] is not whole")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, jmesPath: [{path: b-c, objectAlias: b}]}", "parameters.objects[0].jmesPath[0].path is no JMESPath")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, jmesPath: [{path: b, objectAlias: a}]}", "parameters.objects[0].objectName makes a file 'a' a second time")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, jmesPath: [{path: b, objectAlias: b, filePermission: x}]}", "parameters.objects[0].jmesPath[0].filePermission is 'x'")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, jmesPath: [{path: b, objectAlias: b}], allKeys: true}", "parameters.objects[0] has both jmesPath and allKeys")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, allKeys: maybe}", "parameters.objects[0].allKeys is neither true nor false")]
    [InlineData("objects", Good + "\n" + Good, "parameters.objects[1].objectName makes a file 'a' a second time")]
    [InlineData("objects", Good + "\n- {objectName: a, objectType: secretsmanager, objectVersionLabel: b}", "parameters.objects[1].objectName makes a file 'a' a second time")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, objectAlias: c}\n- {objectName: b, objectType: secretsmanager, objectAlias: c}", "parameters.objects[1].objectAlias makes a file 'c' a second time")]
    [InlineData("pathTranslation", "False", "parameters.objects[0].objectName has a part that is '..'", "- {objectName: /a/../b, objectType: secretsmanager}")]
    [InlineData("objects", "- {objectName: a, objectType: secretsmanager, objectAlias: c, failoverObject: {objectName: b}}", "parameters.objects[0].failoverObject is set, and failoverRegion is not")]
    [InlineData("failoverRegion", "eu-central-1", "parameters.objects[0].objectAlias is missing", "- {objectName: a, objectType: secretsmanager, failoverObject: {objectName: b}}")]
    [InlineData("failoverRegion", "eu-central-1", "parameters.objects[0].failoverObject.objectVersion differs", "- {objectName: a, objectType: secretsmanager, objectAlias: c, failoverObject: {objectName: b, objectVersion: 1}}")]
    [InlineData("failoverRegion", "eu-central-1", "parameters.objects[0].failoverObject.objectName is '" + Arn + "', expected an ARN of region eu-central-1", "- {objectName: a, objectType: secretsmanager, objectAlias: c, failoverObject: {objectName: '" + Arn + "'}}")]
    [InlineData("failoverRegion", "eu-west-1", "parameters.failoverRegion is 'eu-west-1', the region that it is to stand in for")]
    [InlineData("failoverRegion", "evil.example.com/", "parameters.failoverRegion is 'evil.example.com/', expected the name of a region")]
    [InlineData("region", "eu-west-1.evil.com#", "parameters.region is 'eu-west-1.evil.com#', expected the name of a region")]
    [InlineData("pathTranslation", "__", "parameters.pathTranslation is '__', expected \"False\" or one character")]
    [InlineData("usePodIdentity", "yes", "parameters.usePodIdentity is 'yes', expected \"true\" or \"false\"")]
    [InlineData("roleArn", "shop", "parameters.roleArn is 'shop', expected the ARN of a role")]
    [InlineData("assumeRoleArn", "shop", "parameters.assumeRoleArn is 'shop', expected the ARN of a role")]
    [InlineData("assumeRoleExternalId", "x", "parameters.assumeRoleArn is missing")]
    [InlineData("assumeRoleDurationSeconds", "10", "parameters.assumeRoleDurationSeconds is '10', expected 900 to 43200")]
    [InlineData("loginPer", "node", "parameters.loginPer is 'node', expected serviceAccount or pod")]
    public void Read_Nonsense_NamesTheFieldAndWhatWasExpected(string parameter, string? value, string part, string objects = Good)
    {
        var parameters = new Dictionary<string, string> { ["region"] = "eu-west-1", ["objects"] = objects };
        parameters.Remove(parameter);
        if (value is not null)
            parameters[parameter] = value;
        var failure = Assert.Throws<VolumeException>(() => Read(parameters));
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralFaults_TellsAll()
    {
        var failure = Assert.Throws<VolumeException>(() => Read(new() { ["region"] = "x", ["usePodIdentity"] = "x", ["objects"] = "- {}" }));
        Assert.Contains("parameters.region", failure.Message, StringComparison.Ordinal);
        Assert.Contains("parameters.usePodIdentity", failure.Message, StringComparison.Ordinal);
        Assert.Contains("parameters.objects[0].objectName", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown", "x")]
    [InlineData("preferredAddressType", "whatever")] // as the plugin: no preference
    [InlineData("usePodIdentity", "F")]
    [InlineData("failoverRegion", "us-gov-west-1")]
    public void Read_WhatThePluginLetsPass_Passes(string parameter, string value)
        => Assert.Single(Read(new() { ["region"] = "eu-west-1", ["objects"] = Good, [parameter] = value }).Objects);

    [Fact]
    public void Read_ArnOfAnotherRegion_IsFoundOutWhenTheNodesRegionIsKnown()
    {
        var secretClass = Class(new() { ["objects"] = $"- {{objectName: '{Arn}'}}" });
        var read = AwsClass.Read(secretClass, null);
        read.CheckRegion("eu-west-1", secretClass);
        var failure = Assert.Throws<VolumeException>(() => read.CheckRegion("us-east-1", secretClass));
        Assert.Contains("expected an ARN of region us-east-1", failure.Message, StringComparison.Ordinal);
    }

    private static AwsClass Read(Dictionary<string, string> parameters) => AwsClass.Read(Class(parameters), null);

    private static SecretProviderClass Class(Dictionary<string, string> parameters) => new("default", "aws", "aws", new StringMap(parameters), []);
}
