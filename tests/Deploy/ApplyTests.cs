using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Tests.Deploy;

/// <summary>kubectl takes the manifests: each object has its place in the API, what others need comes before them, and applying them again changes nothing.</summary>
public sealed class ApplyTests
{
    private static readonly FakeResource[] Kinds =
    [
        new("", "v1", "resourcequotas", "ResourceQuota"),
        new("apps", "v1", "daemonsets", "DaemonSet"),
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", IsNamespaced: false),
        new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", IsNamespaced: false),
        new("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", IsNamespaced: false),
    ];

    [RenderTheory]
    [InlineData("base")]
    [InlineData("overlays/drop-in")]
    [InlineData("overlays/tokens-in-secrets")]
    [InlineData("overlays/openshift")]
    [InlineData("overlays/cert-manager-csi")]
    public async Task Apply_Twice_MakesAllAndThenNothing(string kustomization)
    {
        await using var cluster = await FakeCluster.Start();
        foreach (var kind in Kinds)
            cluster.Know(kind);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["kubeconfig"], cluster.KubeConfig());
        var objects = await Rendering.Of(kustomization);
        var @namespace = objects.Single(found => found.Kind == "Namespace").Name;

        var first = await Apply();
        var writes = cluster.Writes.Select(write => write.ToString()).ToList();
        var second = await Apply();

        Assert.Equal(objects.Count, first.Count(line => line.EndsWith(" created", StringComparison.Ordinal)));
        Assert.Equal(objects.Count, second.Count(line => line.EndsWith(" unchanged", StringComparison.Ordinal)));
        Assert.Equal("create namespaces", writes[0]);
        Assert.True(writes.IndexOf($"create serviceaccounts {@namespace}") < writes.IndexOf($"create daemonsets.apps {@namespace}"));
        Assert.Equal(writes.Count, cluster.Writes.Count);

        async Task<string[]> Apply() => (await Tool.Run("kubectl", "--kubeconfig", folder["kubeconfig"], "--cache-dir", folder["cache"], "apply", "--validate=false",
            "-k", Path.Combine(Rendering.Folder, kustomization))).TrimEnd().Split('\n');
    }
}
