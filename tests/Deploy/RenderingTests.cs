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

        Assert.Superset((HashSet<string>)["CSIDriver", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "DaemonSet", "ResourceQuota"], kinds);
    }

    /// <summary>What classes need comes with the drivers that mount classes; of several drivers, one brings it.</summary>
    [RenderTheory]
    [MemberData(nameof(Rendering.InlineVolumes), MemberType = typeof(Rendering))]
    public async Task Rendering_ForInlineVolumes_HasNothingOfClasses(string name)
        => Assert.DoesNotContain(await Rendering.Of(name), found => found.Kind == "CustomResourceDefinition" || found.Name.Contains("classes", StringComparison.Ordinal));

    [RenderTheory]
    [MemberData(nameof(Rendering.SideBySide), MemberType = typeof(Rendering))]
    public async Task Rendering_SideBySide_NamesEachObjectOnce(string[] names)
    {
        var objects = (await Task.WhenAll(names.Select(Rendering.Of))).SelectMany(all => all).ToList();

        Assert.Equal(names.Length, objects.Count(found => found.Kind == "DaemonSet"));
        Assert.Equal(objects.Count, objects.DistinctBy(found => (found.Kind, found.Namespace, found.Name)).Count());
        Assert.All(objects.Where(found => found.Namespace is not null), found => Assert.Contains(objects, account => (account.Kind, account.Namespace) == ("ServiceAccount", found.Namespace)));
    }

    [RenderFact]
    public async Task Rendering_NodeByNode_LeavesAloneWhatThePeerStillUses()
    {
        var objects = await Rendering.Of("overlays/node-by-node");

        Assert.DoesNotContain(objects, found => found.Kind is "CSIDriver" or "CustomResourceDefinition");
        Assert.Equal("true", objects.Single(found => found.Kind == "DaemonSet").Text("spec", "template", "spec", "nodeSelector", "actorcsi.io/drop-in"));
    }

    /// <summary>The names of the peer's manifests (1.6): what has one of them takes the place of the peer's, wherever both are installed.</summary>
    [RenderTheory]
    [InlineData("overlays/drop-in", 3)]
    [InlineData("overlays/node-by-node", 0)]
    public async Task Rendering_InThePeersPlace_HasNamesOfItsOwn(string name, int shared)
    {
        string[] peers =
        [
            "CSIDriver secrets-store.csi.k8s.io",
            "CustomResourceDefinition secretproviderclasses.secrets-store.csi.x-k8s.io", "CustomResourceDefinition secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io",
            "ClusterRole secretproviderclasses-role", "ClusterRole secretprovidersyncing-role", "ClusterRole secretproviderclasses-admin-role",
            "ClusterRole secretproviderclasses-viewer-role", "ClusterRole secretproviderclasspodstatuses-viewer-role",
            "ClusterRoleBinding secretproviderclasses-rolebinding", "ClusterRoleBinding secretprovidersyncing-rolebinding",
            "DaemonSet kube-system/csi-secrets-store", "ServiceAccount kube-system/secrets-store-csi-driver",
        ];

        var names = (await Rendering.Of(name)).Select(found => $"{found.Kind} {(found.Namespace is { Length: > 0 } @namespace ? @namespace + "/" : "")}{found.Name}").ToList();

        Assert.Equal(peers.Take(shared), names.Intersect(peers).Order(StringComparer.Ordinal));
        Assert.All(names.Where(found => found.StartsWith("ClusterRole", StringComparison.Ordinal)), found =>
            Assert.Contains($"`{found.Split(' ')[1]}`", File.ReadAllText(Repository.In("docs/MIGRATING.md")), StringComparison.Ordinal));
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Rendering_AnyWay_CarriesTheRecommendedLabels(string name)
        => Assert.All((await Rendering.Of(name)).Where(found => found.Kind != "CustomResourceDefinition"), found =>
            Assert.Superset(
                (HashSet<string>)["app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by"],
                found.Texts("metadata", "labels").Keys.ToHashSet()));
}
