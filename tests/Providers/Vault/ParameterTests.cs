using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Vault;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>A class with parameters that make no sense is refused, each fault with its field; what the plugin lets pass, passes.</summary>
public sealed class ParameterTests
{
    private const string Good = "- {objectName: user, secretPath: kv/data/shop, secretKey: user}";

    [Theory]
    [InlineData("roleName", null, "parameters.roleName is missing")]
    [InlineData("objects", null, "parameters.objects is not a YAML list")]
    [InlineData("objects", "[]", "parameters.objects is not a YAML list")]
    [InlineData("objects", "{array: []}", "parameters.objects is not a YAML list")]
    [InlineData("objects", "- [", "parameters.objects cannot be read as YAML")]
    [InlineData("objects", "- user", "parameters.objects[0] is a text")]
    [InlineData("objects", "- {secretPath: a, secretKey: b}", "parameters.objects[0].objectName is empty")]
    [InlineData("objects", "- {objectName: a}", "parameters.objects[0].secretPath is missing")]
    [InlineData("objects", "- {objectName: ../a, secretPath: b}", "parameters.objects[0].objectName")]
    [InlineData("objects", "- {objectName: /a, secretPath: b}", "parameters.objects[0].objectName is absolute")]
    [InlineData("objects", "- {objectName: a, secretPath: a}\n- {objectName: a, secretPath: b}", "parameters.objects[1].objectName is 'a' as objects[0].objectName is")]
    [InlineData("objects", "- {objectName: a, secretPath: 'kv/../sys/raw'}", "parameters.objects[0].secretPath is 'kv/../sys/raw'")]
    [InlineData("objects", "- {objectName: a, secretPath: 'kv/%2e%2e/sys'}", "parameters.objects[0].secretPath")]
    [InlineData("objects", "- {objectName: a, secretPath: '?a=b'}", "parameters.objects[0].secretPath")]
    [InlineData("objects", "- {objectName: a, secretPath: b, method: DELETE}", "parameters.objects[0].method is 'DELETE', expected GET, LIST, PUT or POST")]
    [InlineData("objects", "- {objectName: a, secretPath: b, secretArgs: [c]}", "parameters.objects[0].secretArgs is a list")]
    [InlineData("objects", "- {objectName: a, secretPath: b, filePermission: 01000}", "parameters.objects[0].filePermission is '01000'")]
    [InlineData("objects", "- {objectName: a, secretPath: b, filePermission: rw}", "parameters.objects[0].filePermission is 'rw'")]
    [InlineData("objects", "- {objectName: a, secretPath: b, encoding: base32}", "parameters.objects[0].encoding is 'base32', expected utf-8, base64 or hex")]
    [InlineData("objects", "- {objectName: a, secretPath: b, allKeys: maybe}", "parameters.objects[0].allKeys is neither true nor false")]
    [InlineData("objects", "- {objectName: a, secretPath: b, allKeys: true, secretKey: c}", "parameters.objects[0] has more than one of secretKey, allKeys and files")]
    [InlineData("objects", "- {objectName: a, secretPath: b, files: {}, secretKey: {}}", "parameters.objects[0].secretKey is a mapping, expected a text")]
    [InlineData("objects", "- {objectName: a, secretPath: b, files: [c]}", "parameters.objects[0].files cannot be read")]
    [InlineData("objects", "- {objectName: a, secretPath: b, files: {../c: d}}", "parameters.objects[0].files '../c'")]
    [InlineData("vaultAddress", "vault:8200", "parameters.vaultAddress is 'vault:8200', expected a URL")]
    [InlineData("vaultAddress", "unix:///run/vault.sock", "parameters.vaultAddress is 'unix:///run/vault.sock', expected a URL")]
    [InlineData("vaultSkipTLSVerify", "yes", "parameters.vaultSkipTLSVerify is 'yes', expected \"true\" or \"false\"")]
    [InlineData("vaultKubernetesMountPath", "k8s", "parameters.vaultAuthMountPath and its older name vaultKubernetesMountPath are both set")]
    [InlineData("vaultAuthMountPath", "a/../b", "parameters.vaultAuthMountPath is 'a/../b'")]
    [InlineData("vaultTLSClientCertPath", "/cert.pem", "parameters.vaultTLSClientCertPath and vaultTLSClientKeyPath belong together")]
    [InlineData("loginPer", "node", "parameters.loginPer is 'node', expected serviceAccount or pod")]
    public void Read_OneThingSpoilt_IsToldWithItsField(string parameter, string? value, string fault)
    {
        var failure = Assert.Throws<VolumeException>(() => Read((parameter, value)));
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vaultUnknown", "x")]
    [InlineData("objects", "- {objectName: 1, secretPath: b, secretKey: 2, unknown: 3, filePermission: 0o600, encoding: null}")]
    [InlineData("objects", "- {objectName: a, secretPath: b, method: '', secretArgs: null, secretKey: null}")]
    public void Read_WhatThePluginLetsPass_Passes(string parameter, string value) => Assert.NotNull(Read((parameter, value)));

    [Fact]
    public void Read_SeveralFaults_AreToldAtOnce()
    {
        var failure = Assert.Throws<VolumeException>(() => Read(("roleName", null), ("vaultAddress", "x"), ("objects", "- {}")));
        foreach (var field in (string[])["roleName", "vaultAddress", "objects[0].objectName", "objects[0].secretPath"])
            Assert.Contains($"parameters.{field} ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b", "v1/a%20b")]
    [InlineData("a%20b", "v1/a%20b")]
    [InlineData("kv/data/a?version=3", "v1/kv/data/a?version=3")]
    [InlineData("kv/data/a?x=a+b&y=%26", "v1/kv/data/a?x=a%20b&y=%26")]
    public void Read_Path_IsEscapedOnce(string path, string escaped)
        => Assert.Equal(escaped, Read(("objects", $"- {{objectName: a, secretPath: '{path}'}}")).Objects[0].Read.Path);

    [Theory]
    [InlineData("0600", 384)]
    [InlineData("0o600", 384)]
    [InlineData("'0600'", 384)]
    [InlineData("288", 288)] // 0440
    [InlineData("0", 420)] // what it is without: 0644
    [InlineData("null", 420)]
    public void Read_FilePermission_IsWhatYamlSays(string permission, int mode)
        => Assert.Equal(mode, Read(("objects", $"- {{objectName: a, secretPath: b, filePermission: {permission}}}")).Objects[0].Mode);

    private static VaultClass Read(params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["roleName"] = "web",
            ["vaultAddress"] = "https://vault.example.com",
            ["vaultAuthMountPath"] = "kubernetes",
            ["objects"] = Good,
        };
        foreach (var (name, value) in changes)
            parameters[name] = value;
        var given = parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Key, one.Value!));
        return VaultClass.Read(new SecretProviderClass("shop", "class", "vault", new StringMap(given), []), VaultFlavor.Vault, _ => null);
    }
}
