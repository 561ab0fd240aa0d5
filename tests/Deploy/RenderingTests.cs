namespace ActorCsi.Tests.Deploy;

/// <summary>What is offered for installing renders, and is whole.</summary>
public sealed class RenderingTests
{
    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Rendering_AnyWay_NamesEachObjectOnce(string name)
    {
        var objects = await Rendering.Of(name);

        Assert.All(objects, found => Assert.False(string.IsNullOrEmpty(found.Name), found.Kind));
        Assert.Equal(objects.Count, objects.DistinctBy(found => (found.Kind, found.Namespace, found.Name)).Count());
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Rendering_AnyWay_LeavesNothingUnfilled(string name)
        => Assert.All(await Rendering.Of(name), found => Assert.DoesNotMatch(@"\{\{|<no value>|%!|null", found.Json.ToJsonString()));

    [RenderTheory]
    [MemberData(nameof(Rendering.Whole), MemberType = typeof(Rendering))]
    public async Task Rendering_Whole_HasAllThatAClusterNeeds(string name)
    {
        var kinds = (await Rendering.Of(name)).Select(found => found.Kind).ToHashSet();

        Assert.Superset((HashSet<string>)["CSIDriver", "CustomResourceDefinition", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "DaemonSet", "ResourceQuota"], kinds);
    }

    [RenderFact]
    public async Task Rendering_NodeByNode_LeavesAloneWhatThePeerStillUses()
    {
        var objects = await Rendering.Of("overlays/node-by-node");

        Assert.DoesNotContain(objects, found => found.Kind is "CSIDriver" or "CustomResourceDefinition");
        Assert.Equal("true", objects.Single(found => found.Kind == "DaemonSet").Text("spec", "template", "spec", "nodeSelector", "actorcsi.io/drop-in"));
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Rendering_AnyWay_CarriesTheRecommendedLabels(string name)
        => Assert.All((await Rendering.Of(name)).Where(found => found.Kind != "CustomResourceDefinition"), found =>
            Assert.Superset(
                (HashSet<string>)["app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by"],
                found.Texts("metadata", "labels").Keys.ToHashSet()));
}
