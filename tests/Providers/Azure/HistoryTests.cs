using System.Security.Cryptography;

namespace ActorCsi.Tests.Providers.Azure;

/// <summary>objectVersionHistory: a file for each version, from the newest or the named one backwards.</summary>
public sealed class HistoryTests : AzureTest
{
    private readonly List<string> _versions = [];

    [Fact]
    public async Task Publish_History_IsADirectoryOfVersions()
    {
        PutVersions(5);
        SetClass(Objects("{objectName: key, objectType: secret, objectVersionHistory: 2}", "{objectName: key, objectType: secret, objectVersionHistory: 1, objectAlias: now}"));
        await Publish();
        Assert.Equal(["key/0", "key/1", "key/2", "now"], Files().Keys); // one more than asked for, as the plugin has it
        Assert.Equal(["v4", "v3", "v2", "v4"], Files().Values);
        Assert.Equal([("secret/key/0", _versions[4]), ("secret/key/1", _versions[3]), ("secret/key/2", _versions[2]), ("secret/key", _versions[4])],
            (await Status()).Objects.Select(one => (one.Id, one.Version)));
    }

    [Fact]
    public async Task Publish_HistoryFromAVersion_GoesBackFromThere()
    {
        PutVersions(5);
        SetClass(Objects($"{{objectName: key, objectType: secret, objectVersion: {_versions[3]}, objectVersionHistory: 2, objectAlias: old}}"));
        await Publish();
        Assert.Equal(["old/0", "old/1", "old/2"], Files().Keys);
        Assert.Equal(["v3", "v2", "v1"], Files().Values);
    }

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    public async Task Publish_FewerVersionsThanAsked_AreAllThatThereAre(string version)
    {
        PutVersions(3);
        Vault.Enable("secrets", "key", _versions[1], false);
        SetClass(Objects($"{{objectName: key, objectType: secret, objectVersion: '{version}', objectVersionHistory: 10}}"));
        await Publish();
        Assert.Equal(["v2", "v0"], Files().Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Publish_ManyPages_AreAllRead(bool lastIsEmpty)
    {
        PutVersions(7);
        (Vault.PageSize, Vault.LastPageIsEmpty) = (3, lastIsEmpty);
        SetClass(Objects("{objectName: key, objectType: secret, objectVersionHistory: 9}"));
        await Publish();
        Assert.Equal(["v6", "v5", "v4", "v3", "v2", "v1", "v0"], Files().Values);
        Assert.Equal(lastIsEmpty ? 4 : 3, Vault.Asked("/secrets/key/versions"));
    }

    [Fact]
    public async Task Publish_KeysAndCertificates_HaveHistoriesToo()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new ActorCsi.Fakes.Stores.TestAuthority();
        Vault.PutKey("signing", key);
        Time.Advance(TimeSpan.FromMinutes(1));
        Vault.PutKey("signing", key);
        using var certificate = authority.Server("a.example.com");
        Vault.PutCertificate("tls", certificate, "none", "application/x-pem-file");
        SetClass(Objects("{objectName: signing, objectType: key, objectVersionHistory: 5}", "{objectName: tls, objectType: cert, objectVersionHistory: 5}"));
        await Publish();
        Assert.Equal(["signing/0", "signing/1", "tls/0"], Files().Keys);
        Assert.Equal(["key/signing/0", "key/signing/1", "cert/tls/0"], (await Status()).Objects.Select(one => one.Id));
    }

    [Theory]
    [InlineData("{objectName: none, objectType: secret, objectVersionHistory: 2}", "secret/none: the vault has no such version that is enabled")]
    [InlineData("{objectName: key, objectType: secret, objectVersion: abc, objectVersionHistory: 2}", "secret/key version abc: the vault has no such version that is enabled")]
    public async Task Publish_NoSuchVersion_IsNotFound(string entry, string message)
    {
        PutVersions(1);
        SetClass(Objects(entry));
        var failure = await PublishFails();
        Assert.Equal((VolumeError.NotFound, message), (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Refresh_NothingNew_ReadsNoVersionAgain()
    {
        PutVersions(3);
        SetClass(Objects("{objectName: key, objectType: secret, objectVersionHistory: 5}", "{objectName: password, objectType: secret}"));
        await Publish();
        var before = Vault.Front.Requests.Count;
        await Refresh();
        Assert.Equal(["/secrets/password/", "/secrets/key/versions"], Vault.Front.Requests.Skip(before).Select(request => request.Path.Split('?')[0]));
        Assert.Equal(["v2", "v1", "v0", "s3cret"], Files().Values);

        Time.Advance(TimeSpan.FromSeconds(1));
        Vault.PutSecret("key", "v3");
        await Refresh();
        Assert.Equal(["v3", "v2", "v1", "v0", "s3cret"], Files().Values);
    }

    [Theory]
    [InlineData("https://evil.example.com/secrets/key/versions?api-version=7.4")]
    [InlineData("https://shop-kv.vault.azure.net.evil.org/secrets/key/versions")]
    [InlineData("http://shop-kv.vault.azure.net/secrets/key/versions")]
    [InlineData("not a link")]
    public async Task Publish_PageThatLeadsElsewhere_IsNotFollowed(string link)
    {
        Vault.Front.Break(request => request.Path.Value!.EndsWith("/versions", StringComparison.Ordinal),
            ActorCsi.Fakes.Stores.StoreFaults.Status(200, $$"""{"value": [], "nextLink": "{{link}}"}"""));
        SetClass(Objects("{objectName: key, objectType: secret, objectVersionHistory: 2}"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains("expected a link to its next page on the same host", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["https://login.microsoftonline.com", "https://shop-kv.vault.azure.net"], Egress.Origins);
    }

    [Fact]
    public async Task Publish_PagesWithoutEnd_AreGivenUp()
    {
        Vault.Front.Break(request => request.Path.Value!.EndsWith("/versions", StringComparison.Ordinal),
            ActorCsi.Fakes.Stores.StoreFaults.Status(200, """{"value": [], "nextLink": "https://shop-kv.vault.azure.net:443/secrets/key/versions?api-version=7.4"}"""), times: 1000);
        SetClass(Objects("{objectName: key, objectType: secret, objectVersionHistory: 2}"));
        var failure = await PublishFails();
        Assert.Contains("expected at most 100 pages", failure.Message, StringComparison.Ordinal);
    }

    private void PutVersions(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _versions.Add(Vault.PutSecret("key", $"v{i}"));
            Time.Advance(TimeSpan.FromMinutes(1));
        }
    }
}
