using System.Text.Json.Nodes;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Silo.Doctor.Checks;

namespace ActorCsi.Tests.Deploy;

/// <summary>The driver has the rights that it needs, and people have theirs.</summary>
public sealed class RbacTests
{
    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Bindings_AnyWay_GiveTheDriversRolesToItsAccount(string name)
    {
        var objects = await Rendering.Of(name);
        var account = objects.Single(found => found.Kind == "ServiceAccount");
        var bindings = objects.Where(found => found.Kind == "ClusterRoleBinding").ToList();

        Assert.Equal(account.Name, objects.Single(found => found.Kind == "DaemonSet").Text("spec", "template", "spec", "serviceAccountName"));
        Assert.Equal(DriversRoles(objects).Select(role => role.Name).Order(), bindings.Select(binding => binding.Text("roleRef", "name")!).Order());
        Assert.All(bindings, binding =>
        {
            var subject = Assert.Single(binding.List("subjects"));
            Assert.Equal((account.Name, account.Namespace), (subject["name"]!.GetValue<string>(), subject["namespace"]!.GetValue<string>()));
        });
    }

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task DriversRoles_AnyWay_NameWhatTheyAllow(string name)
        => Assert.All(DriversRoles(await Rendering.Of(name)), role => Assert.All(role.List("rules"), rule =>
            Assert.DoesNotContain("*", (string[])[.. Texts(rule, "apiGroups"), .. Texts(rule, "resources"), .. Texts(rule, "verbs")])));

    /// <summary>What would let a node's driver become somebody else, or read what no pod of its node mounts.</summary>
    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task DriversRoles_AnyWay_LeaveTheDangerousAlone(string name)
    {
        var resources = DriversRoles(await Rendering.Of(name)).SelectMany(role => role.List("rules")).SelectMany(rule => Texts(rule, "resources")).ToHashSet();

        Assert.Subset(
            (HashSet<string>)["secretproviderclasses", "secretproviderclasspodstatuses", "pods", "events", "csidrivers", .. name == "helm with everything" ? (string[])["secrets"] : []],
            resources);
    }

    [RenderFact]
    public async Task SyncedSecrets_OnlyWhenAskedFor_AreARight()
    {
        var with = await Rendering.Helm("--set", "syncSecret.enabled=true");
        var without = await Rendering.Of("helm");

        Assert.Equal(["actorcsi-secrets"], DriversRoles(with).Select(role => role.Name).Except(DriversRoles(without).Select(role => role.Name)));
    }

    /// <summary>doctor looks for the rights that the manifests give.</summary>
    [Fact]
    public void Doctor_AsksForTheShippedRights()
        => Assert.Equal(
            DriverRights.AsShipped().Given,
            RightsCheck.Needed.Append(RightsCheck.NeededForSecrets)
                .SelectMany(right => right.Verbs.Select(verb => $"{verb} {right.Resource}{(right.Group.Length == 0 ? "" : "." + right.Group)}")).Order(StringComparer.Ordinal));

    [RenderTheory]
    [InlineData("base")]
    [InlineData("helm")]
    public async Task PeoplesRoles_AnyWay_AreAddedToThoseThatTheyHave(string name)
    {
        var roles = (await Rendering.Of(name)).Where(found => found.Kind == "ClusterRole").ToDictionary(role => role.Name, role => role.Texts("metadata", "labels"));

        Assert.Equal("true", roles["actorcsi-classes-edit"]["rbac.authorization.k8s.io/aggregate-to-edit"]);
        Assert.Equal("true", roles["actorcsi-classes-edit"]["rbac.authorization.k8s.io/aggregate-to-admin"]);
        Assert.Equal("true", roles["actorcsi-classes-view"]["rbac.authorization.k8s.io/aggregate-to-view"]);
    }

    private static IEnumerable<Manifest> DriversRoles(IEnumerable<Manifest> objects)
        => objects.Where(found => found.Kind == "ClusterRole" && !found.Texts("metadata", "labels").Keys.Any(label => label.StartsWith("rbac.authorization.k8s.io/aggregate-to-", StringComparison.Ordinal)));

    private static IEnumerable<string> Texts(JsonObject rule, string field) => rule[field]!.AsArray().Select(text => text!.GetValue<string>());
}
