using ActorCsi.Cluster.Classes;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Grains;
using ActorCsi.Grains.Classes;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Access;
using ActorCsi.Testing;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Cluster.Classes;

/// <summary>The cluster's classes as one node knows them: as fresh as the API server tells, as few as its volumes have, usable while the API server is away.</summary>
public sealed class ClusterClassesTests : IAsyncLifetime, IDisposable
{
    private readonly LogLines _log = new();
    private readonly VirtualTime _time = new();
    private readonly MountedClasses _mounted = new();
    private readonly List<string> _changes = [];
    private readonly DriverRights _rights = DriverRights.AsShipped();
    private FakeCluster _cluster = null!;
    private KubernetesClient _client = null!;
    private ClusterClasses _classes = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.Start();
        _cluster.Allows = _rights.Allow;
        using var directory = new TemporaryDirectory();
        var access = KubeConfig.Read(directory.Write("config", _cluster.KubeConfig()), _time);
        _client = new KubernetesClient(access, new KubernetesClientOptions { Chance = () => 0, Repetitions = 0 }, _time);
        _classes = new ClusterClasses(_client, _mounted, new ReflectorOptions { Chance = () => 0 }, _time, _log.For<ClusterClasses>());
        _classes.Changed += name =>
        {
            lock (_changes)
                _changes.Add(name.ToString());
        };
        await _classes.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _classes.StopAsync(CancellationToken.None);
        await _cluster.DisposeAsync();
        Assert.Empty(_rights.Missing);
        Assert.Empty(_log.At(LogLevel.Error));
    }

    public void Dispose()
    {
        _classes.Dispose();
        _client.Dispose();
        _log.Dispose();
    }

    private static string Json(string name, string provider = "vault", string labels = "{}") => $$"""
        {
          "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass",
          "metadata": { "namespace": "default", "name": "{{name}}", "labels": {{labels}} },
          "spec": { "provider": "{{provider}}", "parameters": { "roleName": "app" } }
        }
        """;

    private Task<SecretProviderClass?> Find(string name) => _classes.Find("default", name, CancellationToken.None).AsTask().Soon();

    private SecretProviderClass? Peek(string name) => _classes.Peek("default", name);

    private async Task<VolumeException> FindFails(string name, TimeSpan? patience = null)
    {
        var find = Find(name);
        if (patience is { } time)
        {
            await _time.WhenArmed(time).Soon();
            _time.Advance(time);
        }
        return await Assert.ThrowsAsync<VolumeException>(() => find);
    }

    private async Task Until(Func<bool> condition) => await _cluster.Until(_ => condition());

    private bool HasChanged(string name)
    {
        lock (_changes)
            return _changes.Contains($"default/{name}");
    }

    /// <summary>Lets time pass, timer by timer, until the condition holds: the API server is tried again at times of the driver's own.</summary>
    private async Task Retry(Func<bool> condition)
        => await _cluster.Until(_ => condition() || (_time.NextTimer is { } next && next <= TimeSpan.FromSeconds(5) && _time.AdvanceToNextTimer() && condition()));

    private static VolumeStatus Volume(string id, string className) => new(
        id, VolumeState.Serving, new PodIdentity("default", "pod-" + id, "uid-" + id, "sa"), className, "vault", ["/target/" + id], 1, [], null, null, null, null);

    private void Mount(string id, string className) => ((IVolumeObserver)_mounted).Resumed(Volume(id, className));

    private void Unmount(string id, string className) => ((IVolumeObserver)_mounted).Unpublished(Volume(id, className));

    [Fact]
    public async Task Find_FirstTime_HasEveryField()
    {
        _cluster.Add("""
            {
              "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass", "metadata": { "namespace": "default", "name": "a" },
              "spec": {
                "provider": "vault",
                "parameters": { "roleName": "app", "objects": "- x\n- y\n" },
                "secretObjects": [ {
                  "secretName": "s", "type": "Opaque", "labels": { "l": "1" }, "annotations": { "n": "2" },
                  "data": [ { "objectName": "x", "key": "k" }, { "objectName": "y", "key": "j" } ]
                } ]
              }
            }
            """);

        var found = await Find("a");

        Assert.Equal(new SecretProviderClass("default", "a", "vault", new StringMap([new("roleName", "app"), new("objects", "- x\n- y\n")]),
        [
            new SecretObject("s", "Opaque", new StringMap([new("l", "1")]), new StringMap([new("n", "2")]), [new("x", "k"), new("y", "j")]),
        ]), found);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{ "spec": {} }""")]
    [InlineData("""{ "spec": { "provider": "", "parameters": null, "secretObjects": null } }""")]
    [InlineData("""{ "spec": { "parameters": {}, "secretObjects": [] }, "status": {} }""")]
    public async Task Find_FieldsAreMissing_TheyAreEmpty(string fields)
    {
        var item = System.Text.Json.Nodes.JsonNode.Parse(fields)!.AsObject();
        item["apiVersion"] = "secrets-store.csi.x-k8s.io/v1";
        item["kind"] = "SecretProviderClass";
        item["metadata"] = new System.Text.Json.Nodes.JsonObject { ["namespace"] = "default", ["name"] = "a" };
        _cluster.Add(item);

        Assert.Equal(new SecretProviderClass("default", "a", "", StringMap.Empty, []), await Find("a"));
    }

    [Fact]
    public async Task Find_Again_AsksNobody()
    {
        _cluster.Add(Json("a"));
        var found = await Find("a");
        await Until(() => _cluster.Watches("secretproviderclasses") == 1);

        for (var i = 0; i < 100; i++)
            Assert.Same(found, await Find("a"));

        Assert.Equal(["list secretproviderclasses.secrets-store.csi.x-k8s.io default/a", "watch secretproviderclasses.secrets-store.csi.x-k8s.io default/a"],
            _cluster.Requests.Select(request => request.ToString()));
    }

    [Fact]
    public async Task Find_ManyAtOnce_AskOnce()
    {
        _cluster.Add(Json("a"));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Find("a")));

        Assert.Single(_cluster.Requests, request => request.Verb == "list");
    }

    [Fact]
    public async Task Find_NoSuchClass_IsNullAndAsksOnce()
    {
        Assert.Null(await Find("a"));
        Assert.Null(await Find("a"));

        Assert.Single(_cluster.Requests, request => request.Verb == "list");
    }

    [Fact]
    public async Task Find_ClassIsMadeAfterwards_IsKnownAtOnce()
    {
        Assert.Null(await Find("a"));

        _cluster.Add(Json("a"));
        await Until(() => Peek("a") is not null);

        Assert.Equal("vault", (await Find("a"))!.Provider);
    }

    [Fact]
    public async Task Changed_ClassIsEdited_IsRaisedAndTheNewOneCounts()
    {
        _cluster.Add(Json("a"));
        await Find("a");
        _changes.Clear();

        _cluster.Add(Json("a", provider: "aws"));
        await Until(() => HasChanged("a"));

        Assert.Equal("aws", Peek("a")!.Provider);
    }

    [Fact]
    public async Task Changed_OnlyMetadataIsEdited_IsNotRaised()
    {
        _cluster.Add(Json("a"));
        var found = await Find("a");
        _changes.Clear();

        _cluster.Add(Json("a", labels: """{ "edited": "yes" }"""));
        _cluster.Add(Json("b"));
        await Find("b"); // a request of the same client, and its answer: the edit was told before
        _cluster.Add(Json("a", labels: """{ "edited": "again" }"""));
        _cluster.Add(Json("a", provider: "aws"));
        await Until(() => HasChanged("a"));

        Assert.Single(_changes, name => name == "default/a");
        Assert.NotSame(found, Peek("a"));
    }

    [Fact]
    public async Task Find_ClassIsDeleted_IsNull()
    {
        _cluster.Add(Json("a"));
        await Find("a");

        _cluster.Remove("secretproviderclasses", "default", "a");
        await Until(() => Peek("a") is null);

        Assert.Null(await Find("a"));
    }

    [Fact]
    public async Task Find_UnknownWhileTheServerIsAway_CannotBeLearned()
    {
        _cluster.IsDown = true;
        var find = Find("a");
        await Retry(() => find.IsCompleted);

        var failure = await Assert.ThrowsAsync<VolumeException>(() => find);

        Assert.Equal(VolumeError.ClusterUnavailable, failure.Error);
        Assert.Contains("default/a", failure.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_ServerNeverAnswers_IsGivenUpInTime()
    {
        _cluster.Always(Fault.Hangs);

        Assert.Equal(VolumeError.ClusterUnavailable, (await FindFails("a", patience: TimeSpan.FromSeconds(15))).Error);
    }

    [Fact]
    public async Task Find_AbsentWhenTheServerWentAway_IsNotTakenForAbsent()
    {
        Assert.Null(await Find("a"));
        await Until(() => _cluster.Watches("secretproviderclasses") == 1);

        _cluster.IsDown = true;
        await Until(() => _classes.Doubt("default", "a") is not null);
        var find = Find("a");
        await Retry(() => find.IsCompleted);

        Assert.Equal(VolumeError.ClusterUnavailable, (await Assert.ThrowsAsync<VolumeException>(() => find)).Error);
    }

    [Fact]
    public async Task Find_AbsentAndTheServerIsBack_IsNullAtOnce()
    {
        Assert.Null(await Find("a"));
        Mount("one", "a");
        await Until(() => _cluster.Watches("secretproviderclasses") == 1);
        _cluster.IsDown = true;
        await Until(() => _classes.Doubt("default", "a") is not null);

        _cluster.Heal();
        await Retry(() => _classes.Doubt("default", "a") is null);

        Assert.Null(await Find("a")); // no time passes
    }

    [Fact]
    public async Task Find_KnownWhileTheServerIsAway_IsUsableAndInDoubtUntilItIsBack()
    {
        _cluster.Add(Json("a"));
        var found = await Find("a");
        Mount("one", "a");
        await Until(() => _cluster.Watches("secretproviderclasses") == 1 && _classes.Doubt("default", "a") is null);

        _cluster.IsDown = true;
        await Until(() => _classes.Doubt("default", "a") is not null);
        Assert.Same(found, await Find("a"));
        Assert.StartsWith("since 2026-01-01 12:00:0", _classes.Doubt("default", "a"), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Same(found, await Find("a"));
        Assert.StartsWith("since 2026-01-01 12:00:0", _classes.Doubt("default", "a"), StringComparison.Ordinal);

        _cluster.Add(Json("a", provider: "aws"));
        _cluster.Heal();
        await Retry(() => Peek("a")!.Provider == "aws");
        await Until(() => _classes.Doubt("default", "a") is null);
        Assert.Single(_log.At(LogLevel.Warning)); // an outage is told once, not at every attempt
    }

    [Fact]
    public async Task Find_RightsAreMissing_SaysWhichRole()
    {
        _cluster.Allows = _ => false;

        var failure = await FindFails("a");

        Assert.Equal(VolumeError.ClusterUnavailable, failure.Error);
        Assert.Contains("ClusterRole must allow list and watch of secretproviderclasses", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_CrdIsMissing_AsksWhetherItIsInstalled()
    {
        _cluster.Always(Fault.Answers(404, "NotFound"));

        Assert.Contains("is the CRD secretproviderclasses.secrets-store.csi.x-k8s.io installed?", (await FindFails("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_CallerGivesUp_Ends()
    {
        _cluster.Always(Fault.Hangs);
        using var cancel = new CancellationTokenSource();

        var find = _classes.Find("default", "a", cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => find.Soon());
    }

    [Fact]
    public async Task Sweep_LastVolumeGone_TheClassIsDropped()
    {
        _cluster.Add(Json("a"));
        _cluster.Add(Json("b"));
        await Find("a");
        Mount("one", "a");
        Mount("two", "a");
        Mount("three", "b");
        await Until(() => _cluster.Watches("secretproviderclasses") == 2);

        Unmount("one", "a");
        Unmount("three", "b");
        _time.Advance(TimeSpan.FromMinutes(1));
        await Until(() => _cluster.Watches("secretproviderclasses") == 1);
        Assert.NotNull(Peek("a"));
        Assert.Null(Peek("b"));

        Unmount("two", "a");
        _time.Advance(TimeSpan.FromMinutes(1));
        await Until(() => _cluster.Watches("secretproviderclasses") == 0);
        Assert.Equal(0, _classes.Count);
    }

    [Fact]
    public async Task Sweep_ClassThatNobodyMounted_IsKeptAMinuteAndNoLonger()
    {
        _cluster.Add(Json("a"));
        await Find("a");

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, _classes.Count);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(0, _classes.Count);
    }

    [Fact]
    public async Task Resumed_VolumeOfARestart_ItsClassIsFollowedAndTold()
    {
        _cluster.Add(Json("a"));

        Mount("one", "a");
        await Until(() => HasChanged("a"));

        Assert.Equal("vault", Peek("a")!.Provider);
    }

    [Fact]
    public async Task Cluster_TenThousandClasses_CostsWhatFiftyDo()
    {
        for (var i = 0; i < 10_000; i++)
            _cluster.Add(Json($"c{i}"));

        for (var i = 0; i < 50; i++)
        {
            await Find($"c{i * 200}");
            Mount($"v{i}", $"c{i * 200}");
        }
        await Until(() => _cluster.Watches("secretproviderclasses") == 50);
        var sent = _cluster.BytesSent;
        for (var i = 0; i < 10_000; i++)
            if (i % 200 != 0)
                _cluster.Add(Json($"c{i}", provider: "aws")); // classes of other nodes
        _cluster.Add(Json("c0", provider: "aws")); // and the last edit of all is ours, so that those before it would have been told
        await Until(() => Peek("c0")!.Provider == "aws");

        Assert.Equal(50, _classes.Count);
        Assert.Equal(100, _cluster.Requests.Count);
        Assert.All(_cluster.Requests, request => Assert.NotEmpty(request.Name));
        Assert.InRange(sent, 50 * 200, 50 * 2_000);
        Assert.InRange(_cluster.BytesSent - sent, 200, 2_000); // that one edit
    }
}
