using System.Collections.Concurrent;

namespace ActorCsi.Tests.Kubernetes;

/// <summary>Whoever is told of a collection is told all of it, whatever the server does meanwhile; and the server is asked no more than needed.</summary>
public sealed class ReflectorTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500); // 1 s, less a half when chance is 0

    private readonly Told _told = new();
    private readonly CancellationTokenSource _done = new();
    private TestApi _test = null!;
    private Task _running = Task.CompletedTask;

    public async Task InitializeAsync() => _test = await TestApi.Start();

    public async Task DisposeAsync()
    {
        await _done.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running.Soon());
        await _test.DisposeAsync();
    }

    public void Dispose() => _done.Dispose();

    private async Task Run(Selection? selection = null)
    {
        var reflector = new Reflector<V1Secret>(_test.Api, Resources.Secrets, "default", selection, _told, new ReflectorOptions { Chance = () => 0 }, _test.Time);
        _running = reflector.Run(_done.Token);
        await _told.Holds("in touch");
        await _test.Cluster.Until(cluster => cluster.Watches("secrets") == 1);
    }

    private string Verbs => string.Join(" ", _test.Cluster.Requests.Select(request => request.Verb));

    private void AddUnrelated() => _test.Cluster.Add("""{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "b"}}""");

    [Fact]
    public async Task Run_ListsAndThenIsToldWhatHappens()
    {
        _test.AddSecret("a");
        await Run();

        _test.AddSecret("b");
        _test.Cluster.Add("""{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"k": "dg=="}}""");
        _test.Cluster.Remove("secrets", "default", "b");
        await _told.Holds("Deleted b");

        Assert.Equal(["all: a", "in touch", "Added b", "Modified a", "Deleted b"], _told.All);
        Assert.Equal("list watch", Verbs);
    }

    [Fact]
    public async Task Run_OneObject_IsToldOfNoOther()
    {
        _test.AddSecret("a");
        await Run(Selection.One("b"));

        _test.AddSecret("c");
        _test.AddSecret("b");
        await _told.Holds("Added b");

        Assert.Equal(["all: ", "in touch", "Added b"], _told.All);
        Assert.All(_test.Cluster.Requests, request => Assert.Equal("b", request.Name));
    }

    [Fact]
    public async Task Run_WatchEnds_GoesOnWithoutListing()
    {
        await Run();
        _test.AddSecret("a");
        await _told.Holds("Added a");
        _test.Time.Advance(TimeSpan.FromMinutes(5));

        _test.Cluster.EndWatches();
        _test.AddSecret("b"); // between two watches
        await _told.Holds("Added b");

        Assert.Equal("list watch watch", Verbs);
    }

    [Fact]
    public async Task Run_BookmarkBeforeTheServerForgets_SparesTheList()
    {
        await Run();
        AddUnrelated();
        _test.Cluster.Bookmark();
        _test.AddSecret("a");
        await _told.Holds("Added a"); // so the bookmark has been read
        AddUnrelated();
        _test.Cluster.Bookmark();
        _test.Cluster.Compact();
        _test.Cluster.EndWatches();
        await _test.Cluster.Until(cluster => cluster.Watches("secrets") == 1);

        _test.AddSecret("b");
        await _told.Holds("Added b");

        Assert.Equal("list watch watch", Verbs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_ServerForgets_ListsAgain(bool byStatus)
    {
        _test.Cluster.RefusesOldVersionsByStatus = byStatus;
        _test.AddSecret("a");
        await Run();

        AddUnrelated();
        _test.Cluster.Compact();
        _test.Time.Advance(TimeSpan.FromMinutes(5));
        _test.Cluster.EndWatches();
        await _told.Holds("in touch", times: byStatus ? 2 : 3); // an old version is told after the watch was taken, or it is not taken

        Assert.Equal("list watch watch list watch", Verbs);
        Assert.Equal(2, _told.All.Count(line => line == "all: a"));
        Assert.DoesNotContain(_told.All, line => line.StartsWith("out of touch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_ServerGoneAndBack_SaysSoAndMissesNothing()
    {
        await Run();

        _test.Cluster.IsDown = true;
        await _told.Holds("out of touch: Unreachable");
        _test.AddSecret("a");
        _test.Cluster.Heal();
        await _test.Pass(FirstPause);
        await _told.Holds("Added a");

        Assert.Equal(["all: ", "in touch", "out of touch: Unreachable", "in touch", "Added a"], _told.All);
    }

    [Fact]
    public async Task Run_ServerAsksForPatience_WaitsAsLong()
    {
        _test.Cluster.Next(Fault.Throttles(TimeSpan.FromSeconds(45)));
        var run = Run();
        await _told.Holds("out of touch: TooManyRequests");

        await _test.Pass(TimeSpan.FromSeconds(45));

        await run;
        Assert.Equal("list list watch", Verbs);
    }

    [Fact]
    public async Task Run_WatchesEndAtOnce_ComeSlowerAndSlower()
    {
        _test.Cluster.Next(Fault.EmptyWatch, times: 5, when: request => request.Verb == "watch");
        var run = Run();
        for (var i = 0; i < 4; i++) // the first repetition is free: servers end watches for many reasons
            await _test.Pass(FirstPause * (1 << i));

        await run;
        Assert.Equal("list watch watch watch watch watch watch", Verbs);
    }

    [Fact]
    public async Task Run_ServerForgetsAtOnce_ComesSlowerAndSlower()
    {
        _test.Cluster.Next(Fault.Answers(410, "Expired"), times: 4, when: request => request.Verb == "watch");
        var run = Run();
        for (var i = 0; i < 3; i++)
            await _test.Pass(FirstPause * (1 << i));

        await run;
        Assert.Equal("list watch list watch list watch list watch list watch", Verbs);
    }

    [Fact]
    public async Task Run_RightsAreMissing_SaysSoAndGoesOnTrying()
    {
        _test.Cluster.Allows = _ => false;
        var run = Run();
        await _told.Holds("out of touch: Forbidden");
        _test.Cluster.Allows = null;

        await _test.Pass(FirstPause);

        await run;
    }

    [Fact]
    public async Task Run_WatchOfAServerThatHasDied_IsGivenUpWhenItIsOverdue()
    {
        await Run();
        _test.AddSecret("a");
        await _told.Holds("Added a");

        await _test.Pass(TimeSpan.FromMinutes(5.5)); // the server was asked to end it after 5 minutes, and did not
        await _test.Cluster.Until(cluster => cluster.Requests.Count == 3);
        _test.AddSecret("b");
        await _told.Holds("Added b");

        Assert.Equal("list watch watch", Verbs);
    }

    private sealed class Told : IReflection<V1Secret>
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<string> All => [.. _lines];

        public async Task Holds(string line, int times = 1)
        {
            while (_news.Task is var news && _lines.Count(told => told == line) < times)
                await news.Soon();
        }

        public void Replace(ObjectList<V1Secret> all) => Tell($"all: {string.Join(" ", all.Items.Select(item => item.Metadata.Name))}");

        public void Apply(WatchEvent<V1Secret> change) => Tell($"{change.Type} {change.Item!.Metadata.Name}");

        public void InTouch() => Tell("in touch");

        public void OutOfTouch(KubernetesException why) => Tell($"out of touch: {why.Reason}");

        private void Tell(string line)
        {
            _lines.Enqueue(line);
            var news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            news.SetResult();
        }
    }
}
