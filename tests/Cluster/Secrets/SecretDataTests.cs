using ActorCsi.Cluster.Secrets;
using ActorCsi.Fakes;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Tests.Cluster.Secrets;

/// <summary>An entry of secretObjects gives exactly the keys it lists, or says what is wrong with it.</summary>
public sealed class SecretDataTests
{
    private const string Target = "/pod/mount";

    [Theory]
    [InlineData("Opaque")]
    [InlineData("")]
    [InlineData("kubernetes.io/basic-auth")]
    [InlineData("kubernetes.io/dockerconfigjson")]
    [InlineData("kubernetes.io/ssh-auth")]
    [InlineData("example.org/own")]
    public void Read_TypeThatIsNotTls_CopiesBytes(string type)
    {
        using var data = Read(type, ("user", "username"), (" folder/password ", " password "));

        Assert.Equal([("password", "hunter2"), ("username", "root")], data.Values.Select(value => (value.Key, value.Value.ExposeText())));
    }

    [Fact]
    public void Read_OneKeyTwice_TakesTheLast()
    {
        using var data = Read("Opaque", ("user", "key"), ("folder/password", "key"));

        Assert.Equal("hunter2", Assert.Single(data.Values).Value.ExposeText());
    }

    [Fact]
    public void Read_NoData_IsAFault() => Assert.Contains("its data is empty", Fault("Opaque"));

    [Fact]
    public void Read_FileThatIsNotThere_NamesIt() => Assert.Contains("no file 'gone'", Fault("Opaque", ("gone", "key")));

    [Fact]
    public void Read_EntryWithoutKey_IsAFault() => Assert.Contains("has no key", Fault("Opaque", ("user", " ")));

    [Fact]
    public void Read_EntryWithoutObjectName_IsAFault() => Assert.Contains("has no objectName", Fault("Opaque", ("", "key")));

    [Fact]
    public void Read_TlsWithAnotherKey_IsAFault() => Assert.Contains("'ca.crt'", Fault("kubernetes.io/tls", ("user", "ca.crt")));

    [Fact]
    public void Read_TlsWithoutCertificate_NamesFileAndKeyAndNoContent()
    {
        var fault = Fault("kubernetes.io/tls", ("folder/password", "tls.crt"));

        Assert.Contains("'folder/password', which is to be tls.crt", fault);
        Assert.DoesNotContain("hunter2", fault);
    }

    /// <summary>The cluster would fill it with a long-lived token of any service account that the class names in an annotation.</summary>
    [Fact]
    public void Read_ServiceAccountToken_IsRefused() => Assert.Contains("never made here", Fault("kubernetes.io/service-account-token", ("user", "extra")));

    private static string Fault(string type, params (string ObjectName, string Key)[] entries)
        => Assert.Throws<SecretFault>(() => Read(type, entries)).Message;

    private static SecretData Read(string type, params (string ObjectName, string Key)[] entries)
    {
        var kernel = new MemoryKernel();
        kernel.Mounts.Add(Target, new MemoryMount { Files = new MemoryMount().Files.Add("user", "root").Add("folder/password", "hunter2") });
        var wanted = new SecretObject("secret", type, StringMap.Empty, StringMap.Empty, [.. entries.Select(entry => new SecretObjectData(entry.ObjectName, entry.Key))]);
        return SecretData.Read(wanted, new MemoryTmpfs(kernel), Target);
    }
}
