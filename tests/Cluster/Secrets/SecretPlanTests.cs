using System.Text;
using System.Text.Json;
using ActorCsi.Cluster;
using ActorCsi.Cluster.Events;
using ActorCsi.Cluster.Secrets;
using ActorCsi.Fakes;
using ActorCsi.Grains.Classes;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Tests.Cluster.Secrets;

/// <summary>A Secret that exists is changed where it is other than it should be, and nowhere else; one that is somebody else's not at all.</summary>
public sealed class SecretPlanTests
{
    private static readonly Owner Set = new("apps/v1", "ReplicaSet", "web", "uid-web");
    private static readonly DateTimeOffset ServedAt = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Make_FreeName_HoldsEverythingInOneWrite()
    {
        var made = Plan().Make("default", "secret");

        Assert.Equal("""
            {"type":"Opaque","data":{"password":"aHVudGVyMg=="},"metadata":{"name":"secret","namespace":"default",
            "labels":{"app":"web","secrets-store.csi.k8s.io/managed":"true"},
            "annotations":{"actorcsi.io/class":"database","actorcsi.io/served-at":"2026-05-01T12:00:00.0000000\u002B00:00","note":"text"},
            "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"uid-web"}]}}
            """.ReplaceLineEndings(""), JsonSerializer.Serialize(made, Resources.Secrets.Json));
    }

    [Fact]
    public void Mend_AsItShouldBe_ChangesNothing() => Assert.Null(Plan().Mend(Found()));

    [Fact]
    public void Mend_WithWhatOthersAdded_ChangesNothing()
    {
        var found = Found();
        var other = new OwnerReference { ApiVersion = "apps/v1", Kind = "StatefulSet", Name = "db", Uid = "uid-db" };

        Assert.Null(Plan().Mend(found with
        {
            Metadata = found.Metadata with
            {
                Labels = new Dictionary<string, string>(found.Metadata.Labels!) { ["argocd"] = "x" },
                Annotations = new Dictionary<string, string>(found.Metadata.Annotations!) { ["reloader"] = "x" },
                OwnerReferences = [other, .. found.Metadata.OwnerReferences!],
            },
        }));
    }

    [Fact]
    public void Mend_OtherContent_SendsTheChangedKeysOnly()
    {
        var found = Found(("password", "old"), ("gone", "x"));

        var change = Plan().Mend(found);

        Assert.Equal("""
            {"data":{"password":"aHVudGVyMg==","gone":null},"metadata":{"resourceVersion":"7",
            "annotations":{"actorcsi.io/class":"database","actorcsi.io/served-at":"2026-05-01T12:00:00.0000000\u002B00:00"}}}
            """.ReplaceLineEndings(""), change!.ToJsonString());
    }

    /// <summary>A node whose secret store cannot be reached must not take back what another node has renewed, nor take turns with it.</summary>
    [Fact]
    public void Mend_NewerContentOfAnotherNode_IsLeft()
    {
        var found = Found(("password", "newer"));
        found = found with { Metadata = found.Metadata with { Annotations = Annotations(ServedAt.AddSeconds(1)) } };

        Assert.Null(Plan().Mend(found));
    }

    [Fact]
    public void Mend_OlderContentOfAnotherNode_IsBroughtUpToDate()
    {
        var found = Found(("password", "older"));
        found = found with { Metadata = found.Metadata with { Annotations = Annotations(ServedAt.AddSeconds(-1)) } };

        var change = Plan().Mend(found);

        Assert.Equal("aHVudGVyMg==", change!["data"]!["password"]!.GetValue<string>());
    }

    [Fact]
    public void RivalIn_MadeOfAnotherClassWithOtherContent_IsThatClass()
    {
        Assert.Equal("database", Plan("other", className: "other").RivalIn(Found()));
        Assert.Equal("database", Plan(className: "other").RivalIn(Found() with { Type = "kubernetes.io/tls" }));
        Assert.Equal("database", Plan(className: "other").RivalIn(Found(("password", "hunter2"), ("more", "x"))));
    }

    [Fact]
    public void RivalIn_NoOtherClassOrTheSameContent_IsNone()
    {
        Assert.Null(Plan("other").RivalIn(Found()));
        Assert.Null(Plan(className: "other").RivalIn(Found()));
        Assert.Null(Plan("other", className: "other").RivalIn(Found() with { Metadata = Found().Metadata with { Annotations = null } })); // the peer's, or an older version's
    }

    /// <summary>The Secret must live as long as the pods do, whatever it holds.</summary>
    [Fact]
    public void Mend_YieldsToAnotherClass_AddsItsOwnerOnly()
    {
        var change = Plan("other", Set with { Uid = "uid-2" }, "other").Mend(Found(), yields: true);

        Assert.Equal(["resourceVersion", "ownerReferences"], change!["metadata"]!.AsObject().Select(field => field.Key));
        Assert.False(change.ContainsKey("data"));
    }

    /// <summary>What another class served later is no newer version of ours.</summary>
    [Fact]
    public void Mend_GoesBeforeAnotherClass_TakesOver()
    {
        var found = Found();
        found = found with { Metadata = found.Metadata with { Annotations = new Dictionary<string, string>(Annotations(ServedAt.AddHours(1))) { [SecretPlan.ClassAnnotation] = "other" } } };

        var change = Plan("hunter3").Mend(found);

        Assert.Equal("database", change!["metadata"]!["annotations"]![SecretPlan.ClassAnnotation]!.GetValue<string>());
        Assert.Equal("aHVudGVyMw==", change["data"]!["password"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("2026-01-02", "a", "2026-01-01", "b")] // the later one
    [InlineData("2026-01-01", "b", "2026-01-01", "a")] // of the same second
    [InlineData("2026-01-01", "a", null, "b")] // not the API server's
    [InlineData(null, "b", null, "a")]
    public void Rank_OfTwoClasses_IsTheSameWhoeverAsks(string? at, string name, string? thanAt, string than)
    {
        var (higher, lower) = (new ClassRank(Time(at), name), new ClassRank(Time(thanAt), than));

        Assert.True(higher.CompareTo(lower) > 0);
        Assert.True(lower.CompareTo(higher) < 0);

        static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text + "Z", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Mend_OwnerMissing_AddsItAndKeepsTheOthersWhole()
    {
        var found = Found();
        var other = new OwnerReference { ApiVersion = "apps/v1", Kind = "StatefulSet", Name = "db", Uid = "uid-db", Controller = true, BlockOwnerDeletion = true };
        found = found with { Metadata = found.Metadata with { OwnerReferences = [other] } };

        var change = Plan().Mend(found);

        Assert.Equal(
            """{"metadata":{"resourceVersion":"7","ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"db","uid":"uid-db","controller":true,"blockOwnerDeletion":true},"""
            + """{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"uid-web"}]}}""", change!.ToJsonString());
    }

    [Fact]
    public void Mend_LabelChangedByHand_IsSetBack()
    {
        var found = Found();
        found = found with { Metadata = found.Metadata with { Labels = new Dictionary<string, string>(found.Metadata.Labels!) { ["app"] = "other" } } };

        var change = Plan().Mend(found);

        Assert.Equal("""{"app":"web"}""", change!["metadata"]!["labels"]!.ToJsonString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("false")]
    public void Mend_WithoutOurLabel_IsRefused(string? label)
    {
        var found = Found();
        var labels = label is null ? null : new Dictionary<string, string> { [SecretPlan.ManagedLabel] = label };

        var fault = Assert.Throws<SecretFault>(() => Plan().Mend(found with { Metadata = found.Metadata with { Labels = labels } }));

        Assert.Equal(EventReason.SecretSyncRefused, fault.Reason);
        Assert.Contains(SecretPlan.ManagedLabel, fault.Message);
    }

    [Fact]
    public void Mend_OtherType_SaysHowToMendIt()
        => Assert.Contains("delete it", Assert.Throws<SecretFault>(() => Plan().Mend(Found() with { Type = "kubernetes.io/tls" })).Message);

    [Fact]
    public void Mend_ImmutableWithOtherContent_SaysHowToMendIt()
        => Assert.Contains("delete it", Assert.Throws<SecretFault>(() => Plan().Mend(Found(("password", "old")) with { Immutable = true })).Message);

    [Fact]
    public void Fingerprint_SameContent_IsTheSame_OtherContentNot()
    {
        Assert.Equal(Plan().Fingerprint(), Plan().Fingerprint());
        Assert.NotEqual(Plan().Fingerprint(), Plan("other").Fingerprint());
        Assert.NotEqual(Plan().Fingerprint(), Plan("hunter2", Set with { Uid = "uid-2" }).Fingerprint());
    }

    private static SecretPlan Plan(string password = "hunter2", Owner? owner = null, string className = "database")
    {
        var kernel = new MemoryKernel();
        kernel.Mounts.Add("/mount", new MemoryMount { Files = new MemoryMount().Files.Add("file", password) });
        var wanted = new SecretObject("secret", "Opaque", new([new("app", "web")]), new([new("note", "text")]), [new("file", "password")]);
        var source = new SecretSource(Volumes.Serving("web-0", className) with { ServedAt = ServedAt }, wanted);
        return new SecretPlan(source, SecretData.Read(wanted, new MemoryTmpfs(kernel), "/mount"), [owner ?? Set]);
    }

    private static Dictionary<string, string> Annotations(DateTimeOffset servedAt) => new() { ["note"] = "text", [SecretPlan.ServedAtAnnotation] = servedAt.ToString("O") };

    private static V1Secret Found(params (string Key, string Value)[] data)
    {
        var made = Plan().Make("default", "secret");
        return made with
        {
            Metadata = made.Metadata with { ResourceVersion = "7", Uid = "1" },
            Data = data.Length == 0 ? made.Data : data.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetBytes(entry.Value)),
        };
    }
}
