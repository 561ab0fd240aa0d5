namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>The issuer of csi-driver-spiffe's runtime configuration is followed: each request goes to the one that is in force then.</summary>
public sealed class SpiffeIssuerTests : IssuanceTest
{
    public SpiffeIssuerTests()
    {
        DriverName = "spiffe.csi.cert-manager.io";
        Attributes = new() { ["csi.storage.k8s.io/ephemeral"] = "true" };
        InlineDefaults = new StringMap([new("issuerName", "first-ca")]);
        SpiffeIssuer = "spiffe/issuer";
    }

    [Fact]
    public async Task Publish_ConfigMap_ComesBeforeWhatTheDriverWasStartedWith()
    {
        SetIssuer("of-the-map");
        await Publish();
        Assert.Equal("""{"name":"of-the-map","kind":"ClusterIssuer","group":"cert-manager.io"}""", Request["spec"]!["issuerRef"]!.ToJsonString());
        Assert.Equal("ClusterIssuer of-the-map", (await Status()).Objects[0].Id);
    }

    [Fact]
    public async Task Publish_NoConfigMap_WhatTheDriverWasStartedWithCounts()
    {
        await Publish();
        Assert.Equal("first-ca", Issuers().Single());
    }

    [Fact]
    public async Task Renewal_ConfigMapMadeChangedAndDeleted_EachRequestGoesToTheOneInForce()
    {
        await Publish();
        var before = Files();
        await Follow(() => SetIssuer("second-ca"), "second-ca", "ClusterIssuer second-ca");
        await Follow(() => SetIssuer("third-ca"), "third-ca", "ClusterIssuer third-ca");
        await Follow(() => Api.Remove("configmaps", "spiffe", "issuer"), "first-ca", "the one that the driver was started with");
        Assert.NotEqual(before["tls.crt"], Files()["tls.crt"]);
    }

    [Fact]
    public async Task Change_AsksNobodyBeforeTheNextRenewal()
    {
        SetIssuer("of-the-map");
        await Publish();
        var before = Files();
        SetIssuer("second-ca");
        await Until(() => Asked("watch", "configmaps") == 1);
        await Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((1, before), (Asked("create"), Files()));
        Assert.Equal(["list", "watch"], Api.Requests.Where(request => request.Resource == "configmaps").Select(request => request.Verb).Distinct()); // as docs/PROVIDERS.md says
    }

    [Fact]
    public async Task Change_WhileARequestIsPending_AsksTheOtherIssuer()
    {
        SetIssuer("of-the-map");
        Signers.Decides = false;
        await WaitsInVain();
        SetIssuer("second-ca");
        await Says("ConfigMap spiffe/issuer: ClusterIssuer second-ca issues for spiffe from now on");
        Signers.Decides = true;
        await Publish();
        Assert.Equal("second-ca", Issuers().Single());
        Pair().Dispose();
    }

    [Fact]
    public async Task Change_IncompleteConfigMap_IsRefusedAndTheLastOneStays()
    {
        SetIssuer("of-the-map");
        await Publish();
        SetIssuer("");
        await Says("ConfigMap spiffe/issuer names no issuer: expected issuer-name, issuer-kind and issuer-group, none of them empty; ClusterIssuer of-the-map stays in force");
        await Refresh();
        Assert.Equal("of-the-map", Issuers().Single());
    }

    [Fact]
    public async Task Publish_NoIssuerAnywhere_NamesBothPlaces()
    {
        InlineDefaults = StringMap.Empty;
        var fault = await PublishFails();
        Assert.Equal(VolumeError.NotFound, fault.Error);
        Assert.Contains("no issuer is in force: the ConfigMap of --spiffe-issuer-config-map names none, and there is no issuerName", fault.Message, StringComparison.Ordinal);
        SetIssuer("late-ca");
        await Says("ConfigMap spiffe/issuer: ClusterIssuer late-ca issues for spiffe from now on");
        await Publish();
        Assert.Equal("late-ca", Issuers().Single());
    }

    [Theory]
    [InlineData("of-the-class", "of-the-class")]
    [InlineData(null, "of-the-map")]
    public async Task Publish_Class_ItsOwnWordComesFirst(string? ofTheClass, string expected)
    {
        (Attributes, InlineDefaults) = (null, StringMap.Empty);
        SetIssuer("of-the-map");
        SetClass("spiffe", ("issuerName", ofTheClass));
        await Publish();
        Assert.Equal(expected, Issuers().Single());
    }

    [Fact]
    public async Task Publish_ConfigMapMayNotBeRead_SaysWhichRightIsMissing()
    {
        Api.Allows = request => request.Resource != "configmaps";
        var fault = await PublishFails();
        Assert.Equal(VolumeError.ClusterUnavailable, fault.Error);
        Assert.Contains("the driver's ClusterRole must allow list and watch of configmaps", fault.Message, StringComparison.Ordinal);
    }

    private IEnumerable<string> Issuers() => Signers.Requests.Select(request => request["spec"]!["issuerRef"]!["name"]!.GetValue<string>());

    /// <summary>Changes something, and renews when that has come through.</summary>
    private async Task Follow(Action change, string issuer, string said)
    {
        change();
        await Says($"ConfigMap spiffe/issuer: {said} issues for spiffe from now on");
        await Refresh();
        Assert.Equal(issuer, Issuers().Single());
    }

    private Task Says(string text) => Until(() => Lines.All.Any(line => line.Contains(text, StringComparison.Ordinal)));

    private void SetIssuer(string name)
    {
        if (Api.All("configmaps") is [var known])
            Api.Change(known, map => map["data"]!["issuer-name"] = name);
        else
            Api.Add($$"""
                {
                  "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "spiffe", "name": "issuer"},
                  "data": {"issuer-name": "{{name}}", "issuer-kind": "ClusterIssuer", "issuer-group": "cert-manager.io"}
                }
                """);
    }
}
