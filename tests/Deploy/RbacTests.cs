using System.Text.Json.Nodes;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Silo.Doctor.Checks.Cluster;

namespace ActorCsi.Tests.Deploy;

/// <summary>The driver has the rights that it needs, and people have theirs.</summary>
public sealed class RbacTests
{
    private const string Privileged = "system:openshift:scc:privileged"; // a role that every OpenShift has

    [RenderTheory]
    [MemberData(nameof(Rendering.All), MemberType = typeof(Rendering))]
    public async Task Bindings_AnyWay_GiveTheDriversRolesToItsAccount(string name)
    {
        var objects = await Rendering.Of(name);
        var account = objects.Single(found => found.Kind == "ServiceAccount");
        var bindings = objects.Where(found => found.Kind == "ClusterRoleBinding").ToList();

        Assert.Equal(account.Name, objects.Single(found => found.Kind == "DaemonSet").Text("spec", "template", "spec", "serviceAccountName"));
        Assert.Equal(DriversRoles(objects).Select(role => role.Name).Order(), bindings.Select(binding => binding.Text("roleRef", "name")!).Where(role => role != Privileged).Order());
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
            (HashSet<string>)["secretproviderclasses", "secretproviderclasspodstatuses", "pods", "events", "serviceaccounts", "nodes", "csidrivers",
                .. name == "helm with everything" ? (string[])["secrets"] : [],
                .. name == "helm with everything" || name.EndsWith("-csi", StringComparison.Ordinal) ? (string[])["certificaterequests", "certificatesigningrequests"] : []],
            resources);
    }

    /// <summary>What the driver may do about requests for certificates is what it does, as which of the two they are made: a test of the provider's holds its requests against the same files.</summary>
    [RenderTheory]
    [InlineData("pod", "components/certificates/rbac.yaml")]
    [InlineData("driver", "components/certificates-as-driver/rbac.yaml")]
    public async Task Certificates_OfTheChart_AreTheRightsOfTheComponent(string requestedBy, string component)
    {
        var with = await Rendering.Helm("--set", $"certificates.enabled=true,certificates.requestedBy={requestedBy}");
        var without = await Rendering.Of("helm");

        Assert.Equal(DriverRights.Of(component).Given, Verbs(with).Except(Verbs(without)).Order(StringComparer.Ordinal));
        Assert.Equal(requestedBy, DaemonSetTests.Command(with).GetValue<string>("--certificates-requested-by"));
    }

    [RenderFact]
    public async Task SyncedSecrets_OnlyWhenAskedFor_AreARight()
    {
        var with = await Rendering.Helm("--set", "syncSecret.enabled=true");
        var without = await Rendering.Of("helm");

        Assert.Equal(["actorcsi-secrets"], DriversRoles(with).Select(role => role.Name).Except(DriversRoles(without).Select(role => role.Name)));
    }

    /// <summary>Whose an object is may there be changed by who may delete it; the driver deletes nothing.</summary>
    [RenderFact]
    public async Task OpenShift_AddsTheRightsThatItAsksForAndNoOthers()
    {
        var with = await Rendering.Helm("--set", "openshift=true,syncSecret.enabled=true");
        var without = await Rendering.Helm("--set", "syncSecret.enabled=true");

        Assert.Equal(DriverRights.OnOpenShift().Given.Except(DriverRights.AsShipped().Given), Verbs(with).Except(Verbs(without)).Order(StringComparer.Ordinal));
        Assert.Contains(with, found => found.Kind == "ClusterRoleBinding" && found.Text("roleRef", "name") == Privileged);
        Assert.Equal("restricted", with.Single(found => found.Kind == "CSIDriver").Texts("metadata", "labels")["security.openshift.io/csi-ephemeral-volume-profile"]);
    }

    /// <summary>The component adds to what is there: the rights on Secrets only where there are some.</summary>
    [RenderFact]
    public async Task OpenShift_AsAComponent_AddsToTheRolesThatAreThere()
    {
        using var folder = new TemporaryFolder();
        var verbs = new List<IEnumerable<string>>();
        foreach (var components in (string[])["actorcsi/deploy/components/openshift", "actorcsi/deploy/components/synced-secrets, ../actorcsi/deploy/components/openshift"])
        {
            Directory.CreateDirectory(folder["own"]);
            if (!Directory.Exists(folder["actorcsi"]))
                Directory.CreateSymbolicLink(folder["actorcsi"], Repository.Root);
            await File.WriteAllTextAsync(folder["own/kustomization.yaml"], $"resources: [../actorcsi/deploy/base]\ncomponents: [../{components}]\n");
            verbs.Add(Verbs(await Rendering.Kustomize(folder["own"])).Where(verb => verb.StartsWith("delete ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }

        Assert.Equal(["delete secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io"], verbs[0]);
        Assert.Equal(["delete secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io", "delete secrets"], verbs[1]);
    }

    public static TheoryData<string> FilesThatDoctorNames => [ShippedRights.Base.File, ShippedRights.SyncedSecrets.File, ShippedRights.Certificates.File, ShippedRights.CertificatesAsDriver.File];

    /// <summary>doctor looks for the rights that the manifests give.</summary>
    [Theory]
    [MemberData(nameof(FilesThatDoctorNames))]
    public void Doctor_AsksForTheShippedRights(string file)
    {
        ShippedRights[] all = [ShippedRights.Base, ShippedRights.SyncedSecrets, ShippedRights.Certificates, ShippedRights.CertificatesAsDriver];

        Assert.Equal(
            DriverRights.Of(file["deploy/".Length..]).Given,
            all.Single(rights => rights.File == file).Rules.SelectMany(rule => rule.Verbs.Select(verb => $"{verb} {rule.Resource}{(rule.Group.Length == 0 ? "" : "." + rule.Group)}")).Order(StringComparer.Ordinal));
    }

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

    /// <summary>All that the driver may do: <c>get secrets</c>.</summary>
    private static IEnumerable<string> Verbs(IEnumerable<Manifest> objects)
        => from role in DriversRoles(objects)
           from rule in role.List("rules")
           from @group in Texts(rule, "apiGroups")
           from resource in Texts(rule, "resources")
           from verb in Texts(rule, "verbs")
           select $"{verb} {resource}{(@group.Length == 0 ? "" : "." + @group)}";

    private static IEnumerable<string> Texts(JsonObject rule, string field) => rule[field]!.AsArray().Select(text => text!.GetValue<string>());
}
