using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Gcp;

namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>A class with parameters that make no sense is refused, each fault with its field; what the plugin lets pass, passes.</summary>
public sealed class ParameterTests
{
    private const string Good = "- {resourceName: projects/shop/secrets/db/versions/1, path: a}";

    [Theory]
    [InlineData("secrets", null, "parameters.secrets is not a YAML list")]
    [InlineData("secrets", "[]", "parameters.secrets is not a YAML list")]
    [InlineData("secrets", "- [", "parameters.secrets cannot be read as YAML")]
    [InlineData("secrets", "- db", "parameters.secrets[0] is a text")]
    [InlineData("secrets", "- {path: a}", "parameters.secrets[0].resourceName is missing")]
    [InlineData("secrets", "- {resourceName: [a], path: a}", "parameters.secrets[0].resourceName is a list, expected a text")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db, path: a}", "parameters.secrets[0].resourceName is 'projects/shop/secrets/db', expected projects/P/secrets/S/versions/V")]
    [InlineData("secrets", "- {resourceName: x/projects/shop/secrets/db/versions/1, path: a}", "parameters.secrets[0].resourceName")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/../versions/1, path: a}", "parameters.secrets[0].resourceName")]
    [InlineData("secrets", "- {resourceName: 'projects/shop/secrets/db/versions/1?a=b', path: a}", "parameters.secrets[0].resourceName")]
    [InlineData("secrets", "- {resourceName: 'projects/shop/secrets/db/versions/1:destroy', path: a}", "parameters.secrets[0].resourceName")]
    [InlineData("secrets", "- {resourceName: projects/shop/locations/evil.org/secrets/db/versions/1, path: a}", "parameters.secrets[0].resourceName")]
    [InlineData("secrets", "- {resourceName: projects/shop/locations/a-region-whose-name-is-too-long-to-be/secrets/db/versions/1, path: a}", "parameters.secrets[0].resourceName")]
    [InlineData("secrets", "- {resourceName: projects/shop/locations/global/secrets/db/versions/1, path: a}", "secrets that are global have no location")]
    [InlineData("secrets", "- {resourceName: projects/shop/parameters/db/versions/1, path: a}", "parameters have a location: projects/P/locations/global/parameters/N/versions/V")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1}", "parameters.secrets[0].path is empty")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: ../a}", "parameters.secrets[0].path '../a'")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, fileName: /a}", "parameters.secrets[0].path '/a' is absolute")]
    [InlineData("secrets", Good + "\n" + Good, "parameters.secrets[1].path is 'a' as secrets[0].path is")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: a, mode: 01000}", "parameters.secrets[0].mode is '01000'")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: a, mode: rw}", "parameters.secrets[0].mode is 'rw'")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: a, extractJSONKey: b, extractYAMLKey: c}", "parameters.secrets[0] has both extractJSONKey and extractYAMLKey")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: a, extractJSONKey: b, allKeys: true}", "parameters.secrets[0] has more than one of extractJSONKey, extractYAMLKey, allKeys and files")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: a, allKeys: maybe}", "parameters.secrets[0].allKeys is neither true nor false")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: a, decodeBase64: 'yes'}", "parameters.secrets[0].decodeBase64 is neither true nor false")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, path: /a, allKeys: true}", "parameters.secrets[0].path is absolute")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, files: [a]}", "parameters.secrets[0].files cannot be read")]
    [InlineData("secrets", "- {resourceName: projects/shop/secrets/db/versions/1, files: {../a: b}}", "parameters.secrets[0].files '../a'")]
    [InlineData("auth", "node-adc", "parameters.auth is 'node-adc', expected pod-adc or provider-adc")]
    [InlineData("audience", "shop.svc.id.goog", "parameters.audience is 'shop.svc.id.goog', expected //iam.googleapis.com/")]
    [InlineData("audience", "identitynamespace:shop.svc.id.goog", "parameters.audience is 'identitynamespace:shop.svc.id.goog', expected")]
    [InlineData("audience", "//evil.org/projects/1/locations/global/workloadIdentityPools/p/providers/x", "parameters.audience")]
    [InlineData("loginPer", "node", "parameters.loginPer is 'node', expected serviceAccount or pod")]
    public void Read_OneThingSpoilt_IsToldWithItsField(string parameter, string? value, string fault)
    {
        var failure = Assert.Throws<VolumeException>(() => Read((parameter, value)));
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown", "x")]
    [InlineData("auth", "")]
    [InlineData("secrets", "- {resourceName: projects/example.com:shop/secrets/db/versions/1, path: 1, unknown: 3, mode: null, extractJSONKey: null}")]
    [InlineData("secrets", "- {resourceName: projects/123/locations/europe-west4/secrets/db_1/versions/latest, fileName: a/b, mode: 0o600}")]
    [InlineData("audience", "https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x")]
    [InlineData("audience", "identitynamespace:shop.svc.id.goog:https://gkehub.googleapis.com/projects/shop/locations/global/memberships/m")]
    public void Read_WhatThePluginLetsPass_Passes(string parameter, string value) => Assert.NotNull(Read((parameter, value)));

    [Theory]
    [InlineData("0400", 0x100)]
    [InlineData("0o400", 0x100)]
    [InlineData("'0400'", 0x100)]
    [InlineData("256", 0x100)]
    [InlineData("0", 0)]
    [InlineData("null", 0x1A4)]
    public void Read_Mode_IsWhatYamlSays(string mode, int bits)
        => Assert.Equal(bits, Read(("secrets", $"- {{resourceName: projects/shop/secrets/db/versions/1, path: a, mode: {mode}}}")).Objects[0].Mode);

    [Theory]
    [InlineData("identitynamespace:shop.svc.id.goog:https://gkehub.googleapis.com/projects/shop/locations/global/memberships/m", "shop.svc.id.goog")]
    [InlineData("identitynamespace:example.com:shop.svc.id.goog:https://container.googleapis.com/v1/projects/example.com:shop", "example.com:shop.svc.id.goog")] // a project of a domain
    [InlineData("https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x", "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x")]
    public void Read_Audience_IsThatOfThePodsToken(string audience, string tokenAudience)
        => Assert.Equal(tokenAudience, Read(("audience", audience)).Pool!.TokenAudiences[0]);

    [Fact]
    public void Read_SeveralFaults_AreToldAtOnce()
    {
        var failure = Assert.Throws<VolumeException>(() => Read(("auth", "x"), ("audience", "y"), ("secrets", "- {}")));
        foreach (var field in (string[])["auth", "audience", "secrets[0].resourceName", "secrets[0].path"])
            Assert.Contains($"parameters.{field} ", failure.Message, StringComparison.Ordinal);
    }

    private static GcpClass Read(params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?> { ["secrets"] = Good, ["auth"] = "pod-adc" };
        foreach (var (name, value) in changes)
            parameters[name] = value;
        var given = parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Key, one.Value!));
        return GcpClass.Read(new SecretProviderClass("shop", "class", "gcp", new StringMap(given), []));
    }
}
