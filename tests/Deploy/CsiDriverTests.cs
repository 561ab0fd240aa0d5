using System.Text.Json.Nodes;

namespace ActorCsi.Tests.Deploy;

/// <summary>The CSIDriver object tells kubelet what the driver needs of it.</summary>
public sealed class CsiDriverTests
{
    [RenderTheory]
    [MemberData(nameof(Rendering.Whole), MemberType = typeof(Rendering))]
    public async Task CsiDriver_AnyWay_AsksForPodsTokensAndRepublishes(string name)
    {
        var driver = await CsiDriver(name);

        Assert.True(driver["podInfoOnMount"]!.GetValue<bool>());
        Assert.True(driver["requiresRepublish"]!.GetValue<bool>());
        Assert.False(driver["attachRequired"]!.GetValue<bool>());
        Assert.Equal("None", driver["fsGroupPolicy"]!.GetValue<string>()); // VOLUME_MOUNT_GROUP: the driver does it
        Assert.Equal("Ephemeral", Assert.Single(driver["volumeLifecycleModes"]!.AsArray())!.GetValue<string>());
    }

    [RenderTheory]
    [InlineData("base", false)]
    [InlineData("overlays/drop-in", false)]
    [InlineData("overlays/tokens-in-secrets", true)]
    [InlineData("helm", false)]
    [InlineData("helm with everything", true)]
    public async Task TokensInSecrets_OnlyWhenAskedFor_AndBesideTokenRequests(string name, bool expected)
    {
        var driver = await CsiDriver(name);

        Assert.Equal(expected, driver["serviceAccountTokenInSecrets"]?.GetValue<bool>() ?? false);
        Assert.False(expected && driver["tokenRequests"]?.AsArray() is null or []); // the API server refuses that
    }

    [RenderTheory]
    [InlineData("overlays/drop-in")]
    [InlineData("helm drop-in")]
    public async Task TokenRequests_InThePeersPlace_AreLeftToTheCluster(string name) => Assert.Null((await CsiDriver(name))["tokenRequests"]);

    /// <summary>Pods that request certificates with their own tokens need the API server's, and nobody else needs one.</summary>
    [RenderTheory]
    [MemberData(nameof(Rendering.InlineVolumes), MemberType = typeof(Rendering))]
    public async Task TokenRequests_ForCertificates_AreTheApiServers(string name)
        => Assert.Equal("", Assert.Single((await CsiDriver(name))["tokenRequests"]!.AsArray())!["audience"]!.GetValue<string>());

    private static async Task<JsonObject> CsiDriver(string name) => (await Rendering.Of(name)).Single(found => found.Kind == "CSIDriver")["spec"]!.AsObject();
}
