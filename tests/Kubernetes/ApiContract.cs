using System.Text;
using System.Text.Json.Nodes;

namespace ActorCsi.Tests.Kubernetes;

/// <summary>
/// What the client promises of any API server. Run against the fake, and so that the fake is known to be like the real one, against a real one too, where
/// <c>KUBECONFIG</c> names it. Everything it makes is a Secret named <c>actorcsi-test-…</c> in the context's namespace, and is deleted at the end.
/// </summary>
public abstract class ApiContract : IAsyncLifetime
{
    private readonly string _run = $"actorcsi-test-{Guid.NewGuid():N}"[..24];
    private int _made;

    private IKubernetes Api { get; set; } = null!;

    private string Namespace { get; set; } = "";

    protected abstract Task<ClusterAccess> Connect();

    public async Task InitializeAsync()
    {
        var access = await Connect();
        Namespace = access.Namespace;
        Api = Client(access);
    }

    public virtual async Task DisposeAsync()
    {
        if (Api is null)
            return;
        foreach (var left in (await Api.List(Resources.Secrets, Namespace, new Selection { Labels = $"run={_run}" })).Items)
            await Api.Delete(Resources.Secrets, Namespace, left.Metadata.Name!);
        (Api as IDisposable)?.Dispose();
    }

    private static IKubernetes Client(ClusterAccess access) => new KubernetesClient(access, new KubernetesClientOptions(), TimeProvider.System);

    private V1Secret New(params (string Key, string Value)[] data) => new()
    {
        Metadata = new ObjectMeta { Namespace = Namespace, Name = $"{_run}-{++_made}", Labels = new Dictionary<string, string> { ["run"] = _run } },
        Data = data.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetBytes(entry.Value)),
    };

    private Selection Mine => new() { Labels = $"run={_run}" };

    private Task<V1Secret> Create(params (string Key, string Value)[] data) => Api.Create(Resources.Secrets, New(data));

    private Task<V1Secret> Get(V1Secret secret) => Api.Get(Resources.Secrets, Namespace, secret.Metadata.Name!);

    private static string? Text(V1Secret secret, string key) => secret.Data?.GetValueOrDefault(key) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    [Fact]
    public async Task Create_ThenGet_IsTheSame()
    {
        var made = await Create(("a", "one"), ("b", "zwei – 二"));
        var read = await Get(made);

        Assert.Equal("zwei – 二", Text(read, "b"));
        Assert.Equal("Opaque", read.Type);
        Assert.Equal(made.Metadata.Uid, read.Metadata.Uid);
        Assert.Equal(made.Metadata.ResourceVersion, read.Metadata.ResourceVersion);
        Assert.Equal(_run, read.Metadata.Labels!["run"]);
    }

    [Fact]
    public async Task Create_NameIsTaken_IsAlreadyExists()
    {
        var made = await Create();

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Api.Create(Resources.Secrets, new V1Secret { Metadata = new() { Namespace = Namespace, Name = made.Metadata.Name } }));

        Assert.True(failure.IsAlreadyExists);
        Assert.False(failure.IsConflict);
        Assert.Equal(409, failure.Code);
    }

    [Fact]
    public async Task Create_NameThatIsNone_IsInvalid()
        => Assert.Equal(StatusReason.Invalid, (await Assert.ThrowsAsync<KubernetesException>(
            () => Api.Create(Resources.Secrets, new V1Secret { Metadata = new() { Namespace = Namespace, Name = "Not_A_Name" } }))).Reason);

    [Fact]
    public async Task Get_NoSuchObject_IsNotFound()
        => Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Api.Get(Resources.Secrets, Namespace, _run))).IsNotFound);

    [Fact]
    public async Task List_MoreThanAPage_HasAll()
    {
        for (var i = 0; i < 5; i++)
            await Create();

        var list = await Api.List(Resources.Secrets, Namespace, Mine with { PageSize = 2 });

        Assert.Equal(5, list.Items.Select(item => item.Metadata.Uid).Distinct().Count());
        Assert.NotEmpty(list.ResourceVersion);
    }

    [Fact]
    public async Task List_One_HasItOrNothing()
    {
        var made = await Create();
        await Create();

        Assert.Equal(made.Metadata.Uid, Assert.Single((await Api.List(Resources.Secrets, Namespace, Selection.One(made.Metadata.Name!))).Items).Metadata.Uid);
        Assert.Empty((await Api.List(Resources.Secrets, Namespace, Selection.One(_run))).Items);
    }

    [Fact]
    public async Task Delete_OtherUid_IsAConflictAndChangesNothing()
    {
        var made = await Create();

        var failure = await Assert.ThrowsAsync<KubernetesException>(
            () => Api.Delete(Resources.Secrets, Namespace, made.Metadata.Name!, new Preconditions(Uid: "00000000-dead-beef-0000-000000000000")));

        Assert.True(failure.IsConflict);
        await Get(made);
    }

    [Fact]
    public async Task Delete_TheVersionThatIsMeant_DeletesOnce()
    {
        var made = await Create();

        Assert.True(await Api.Delete(Resources.Secrets, Namespace, made.Metadata.Name!, new Preconditions(made.Metadata.Uid, made.Metadata.ResourceVersion)));
        Assert.False(await Api.Delete(Resources.Secrets, Namespace, made.Metadata.Name!));
    }

    [Fact]
    public async Task Patch_Merge_ChangesWhatItNamesAndTakesAwayWhatIsNull()
    {
        var made = await Create(("a", "1"), ("b", "2"));

        var changed = await Api.Patch(Resources.Secrets, Namespace, made.Metadata.Name!, Patch.Merge(new JsonObject
        {
            ["data"] = new JsonObject { ["a"] = null, ["c"] = Convert.ToBase64String("3"u8) },
        }));

        Assert.Equal(["b", "c"], changed.Data!.Keys.Order());
        Assert.NotEqual(made.Metadata.ResourceVersion, changed.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Patch_MergeOfAnOldVersion_IsAConflict()
    {
        var made = await Create(("a", "1"));
        Task<V1Secret> Set(string value) => Api.Patch(Resources.Secrets, Namespace, made.Metadata.Name!, Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = made.Metadata.ResourceVersion },
            ["data"] = new JsonObject { ["a"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) },
        }));
        await Set("2");

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Set("3"));

        Assert.True(failure.IsConflict);
        Assert.Equal("2", Text(await Get(made), "a"));
    }

    [Fact]
    public async Task Patch_Operations_AllOrNone()
    {
        var made = await Create(("a", "1"));
        Task<V1Secret> Set(string expected) => Api.Patch(Resources.Secrets, Namespace, made.Metadata.Name!, Patch.Operations(
        [
            new JsonObject { ["op"] = "add", ["path"] = "/data/b", ["value"] = Convert.ToBase64String("2"u8) },
            new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = expected },
        ]));

        Assert.Equal(StatusReason.Invalid, (await Assert.ThrowsAsync<KubernetesException>(() => Set("another"))).Reason);
        Assert.Null(Text(await Get(made), "b"));
        Assert.Equal("2", Text(await Set(made.Metadata.Uid!), "b"));
    }

    [Fact]
    public async Task Patch_ThatChangesNothing_MakesNoVersion()
    {
        var made = await Create(("a", "1"));

        var same = await Api.Patch(Resources.Secrets, Namespace, made.Metadata.Name!, Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["a"] = Convert.ToBase64String("1"u8) } }));

        Assert.Equal(made.Metadata.ResourceVersion, same.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Apply_MakesAndChangesAndTakesAwayItsOwn()
    {
        var wanted = New(("a", "1"), ("b", "2"));
        var made = await Api.Apply(Resources.Secrets, wanted, "one");
        await Api.Patch(Resources.Secrets, Namespace, made.Metadata.Name!, Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["x"] = "" } }), new CallOptions { FieldManager = "two" });

        var changed = await Api.Apply(Resources.Secrets, wanted with { Data = new Dictionary<string, byte[]> { ["a"] = "3"u8.ToArray() } }, "one");

        Assert.Equal(made.Metadata.Uid, changed.Metadata.Uid);
        Assert.Equal(["a", "x"], changed.Data!.Keys.Order());
        Assert.Equal("3", Text(changed, "a"));
        Assert.Contains(changed.Metadata.ManagedFields!, manager => manager is { Manager: "one", Operation: "Apply" });
    }

    [Fact]
    public async Task Apply_TheSameAgain_MakesNoVersion()
    {
        var wanted = New(("a", "1"));
        var made = await Api.Apply(Resources.Secrets, wanted, "one");

        Assert.Equal(made.Metadata.ResourceVersion, (await Api.Apply(Resources.Secrets, wanted, "one")).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Apply_WhatAnotherManages_IsAConflictUnlessForced()
    {
        var wanted = New(("a", "1"));
        await Api.Apply(Resources.Secrets, wanted, "one");
        var other = wanted with { Data = new Dictionary<string, byte[]> { ["a"] = "2"u8.ToArray() } };

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Api.Apply(Resources.Secrets, other, "two"));

        Assert.True(failure.IsConflict);
        var cause = Assert.Single(failure.Status.Details!.Causes!);
        Assert.Equal(("FieldManagerConflict", ".data.a"), (cause.Reason, cause.Field));
        Assert.Equal("2", Text(await Api.Apply(Resources.Secrets, other, "two", force: true), "a"));
    }

    [Fact]
    public async Task Apply_OtherUid_IsAConflict()
    {
        var wanted = New(("a", "1"));
        await Api.Apply(Resources.Secrets, wanted, "one");

        var failure = await Assert.ThrowsAsync<KubernetesException>(
            () => Api.Apply(Resources.Secrets, wanted with { Metadata = wanted.Metadata with { Uid = "00000000-dead-beef-0000-000000000000" } }, "one"));

        Assert.True(failure.IsConflict);
    }

    [Fact]
    public async Task Apply_OwnersOfTwoManagers_AreBothKept()
    {
        var owner = await Create();
        var other = await Create();
        OwnerReference Of(V1Secret secret) => new() { ApiVersion = "v1", Kind = "Secret", Name = secret.Metadata.Name!, Uid = secret.Metadata.Uid! };
        var wanted = New();
        await Api.Apply(Resources.Secrets, wanted with { Metadata = wanted.Metadata with { OwnerReferences = [Of(owner)] } }, "one");
        var both = await Api.Apply(Resources.Secrets, new V1Secret { Metadata = new() { Namespace = Namespace, Name = wanted.Metadata.Name, OwnerReferences = [Of(other)] } }, "two");
        Assert.Equal(2, both.Metadata.OwnerReferences!.Count);

        var second = await Api.Apply(Resources.Secrets, new V1Secret { Metadata = new() { Namespace = Namespace, Name = wanted.Metadata.Name } }, "two");

        Assert.Equal(owner.Metadata.Uid, Assert.Single(second.Metadata.OwnerReferences!).Uid);
    }

    [Fact]
    public async Task Watch_TellsWhatHappensAfterTheList()
    {
        var before = await Create(("a", "1"));
        var list = await Api.List(Resources.Secrets, Namespace, Mine);
        using var done = new CancellationTokenSource();
        var events = (await Api.Watch(Resources.Secrets, Namespace, list.ResourceVersion, Mine, null, done.Token)).GetAsyncEnumerator(done.Token);

        var added = await Create();
        await Api.Patch(Resources.Secrets, Namespace, before.Metadata.Name!, Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["a"] = "" } }));
        await Api.Delete(Resources.Secrets, Namespace, added.Metadata.Name!);

        var told = new List<(WatchEventType, string)>();
        while (told.Count < 3 && await events.MoveNextAsync().AsTask().Soon())
            if (events.Current is { Item: { } item })
                told.Add((events.Current.Type, item.Metadata.Name!));
        Assert.Equal([(WatchEventType.Added, added.Metadata.Name!), (WatchEventType.Modified, before.Metadata.Name!), (WatchEventType.Deleted, added.Metadata.Name!)], told);
        await events.DisposeAsync();
    }

    [Fact]
    public async Task Watch_ObjectLeavesTheSelection_IsDeletedForTheWatcher()
    {
        var made = await Create();
        var list = await Api.List(Resources.Secrets, Namespace, Mine);
        var events = (await Api.Watch(Resources.Secrets, Namespace, list.ResourceVersion, Mine)).GetAsyncEnumerator();

        await Api.Patch(Resources.Secrets, Namespace, made.Metadata.Name!, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["run"] = "other" } } }));

        Assert.True(await events.MoveNextAsync().AsTask().Soon());
        Assert.Equal(WatchEventType.Deleted, events.Current.Type);
        await events.DisposeAsync();
        await Api.Delete(Resources.Secrets, Namespace, made.Metadata.Name!);
    }

    [Fact]
    public async Task Create_AccessReview_IsAnswered()
        => Assert.True((await Api.Create(Resources.SelfSubjectAccessReviews, new V1SelfSubjectAccessReview
        {
            Spec = new() { ResourceAttributes = new() { Verb = "create", Resource = "secrets", Namespace = Namespace } },
        })).Status!.Allowed);

    [Fact]
    public async Task Version_HasVersionAndDate()
    {
        var version = await Api.Version();

        Assert.StartsWith("v1.", version.GitVersion, StringComparison.Ordinal);
        Assert.NotNull(version.Date);
    }
}
