namespace ActorCsi.Tests.Kubernetes;

/// <summary>What the API server or the network does wrong: repeated where that is safe, as late as the server asks, and told in one kind of failure.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(125); // 250 ms, less a half when chance is 0

    private static V1Secret New(string name) => new() { Metadata = new() { Namespace = "default", Name = name } };

    [Fact]
    public async Task Get_Throttled_WaitsAsLongAsTheServerAsks()
    {
        await using var test = await TestApi.Start();
        test.AddSecret("x");
        test.Cluster.Next(Fault.Throttles(TimeSpan.FromSeconds(3)), times: 2);

        var call = test.Get("x");
        await test.Pass(TimeSpan.FromSeconds(3)); // Pass waits until a pause of this very length has begun
        await test.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal("x", (await call.Soon()).Metadata.Name);
        Assert.Equal(3, test.Cluster.Requests.Count);
    }

    [Fact]
    public async Task Get_AskedToWaitTooLong_FailsAtOnceAndSaysHowLong()
    {
        await using var test = await TestApi.Start();
        test.Cluster.Next(Fault.Throttles(TimeSpan.FromSeconds(60)));

        var failure = await test.GetFails();

        Assert.Equal((429, TimeSpan.FromSeconds(60), true), (failure.Code, failure.RetryAfter!.Value, failure.IsUnavailable));
        Assert.Single(test.Cluster.Requests);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Get_ServerFailsOnce_IsRepeated(int code)
    {
        await using var test = await TestApi.Start();
        test.AddSecret("x");
        test.Cluster.Next(Fault.Answers(code, "InternalError"));

        var call = test.Get("x");
        await test.Pass(FirstPause);

        await call.Soon();
        Assert.Equal(2, test.Cluster.Requests.Count);
    }

    [Fact]
    public async Task Get_ServerFailsForGood_EndsWithItsWordsAfterAFewAttempts()
    {
        await using var test = await TestApi.Start();
        test.Cluster.Always(Fault.Answers(500, "InternalError"));

        var call = test.Get("x");
        for (var i = 0; i < 5; i++)
            await test.Pass(FirstPause * (1 << i));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => call.Soon());
        Assert.Equal((500, "InternalError", true), (failure.Code, failure.Reason, failure.IsUnavailable));
        Assert.Equal("get secrets default/x: the fake refuses", failure.Message);
        Assert.Equal(6, test.Cluster.Requests.Count);
    }

    [Theory]
    [InlineData(400, "BadRequest")]
    [InlineData(403, "Forbidden")]
    [InlineData(409, "Conflict")]
    [InlineData(422, "Invalid")]
    public async Task Get_ServerSaysNo_IsNotRepeated(int code, string reason)
    {
        await using var test = await TestApi.Start();
        test.Cluster.Next(Fault.Answers(code, reason));

        var failure = await test.GetFails();

        Assert.Equal((code, reason, false), (failure.Code, failure.Reason, failure.IsUnavailable));
        Assert.Single(test.Cluster.Requests);
    }

    [Fact]
    public async Task Get_HalfDeadServer_IsGivenUpAfterTheAttemptsTimeAndRepeated()
    {
        await using var test = await TestApi.Start();
        test.AddSecret("x");
        test.Cluster.Next(Fault.Hangs);

        var call = test.Get("x");
        await test.Cluster.Until(cluster => cluster.Requests.Count == 1);
        await test.Pass(AttemptTimeout);
        await test.Pass(FirstPause);

        Assert.Equal("x", (await call.Soon()).Metadata.Name);
    }

    [Fact]
    public async Task Get_HalfDeadServerForGood_TimesOut()
    {
        await using var test = await TestApi.Start();
        test.Cluster.Always(Fault.Hangs);

        var call = test.Get("x", new CallOptions { Timeout = TimeSpan.FromSeconds(5) });
        await test.Cluster.Until(cluster => cluster.Requests.Count == 1);
        await test.Pass(TimeSpan.FromSeconds(5));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => call.Soon());
        Assert.Equal((0, StatusReason.TimedOut, true), (failure.Code, failure.Reason, failure.IsUnavailable));
    }

    [Fact]
    public async Task Get_ConnectionCut_IsRepeated()
    {
        await using var test = await TestApi.Start();
        test.AddSecret("x");
        test.Cluster.Next(Fault.Cut);

        var call = test.Get("x");
        await test.Pass(FirstPause);

        await call.Soon();
    }

    [Fact]
    public async Task Get_ServerGone_IsUnreachableAndSaysWhere()
    {
        await using var test = await TestApi.Start();
        test.Cluster.IsDown = true;

        var call = test.Get("x");
        for (var i = 0; i < 5; i++)
            await test.Pass(FirstPause * (1 << i));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => call.Soon());
        Assert.Equal((0, StatusReason.Unreachable, true), (failure.Code, failure.Reason, failure.IsUnavailable));
        Assert.Contains(test.Cluster.Address.Authority, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WebPage_IsUnreadable()
    {
        await using var test = await TestApi.Start();
        test.Cluster.Next(Fault.WebPage);

        Assert.Equal(StatusReason.Unreadable, (await test.GetFails()).Reason);
    }

    [Fact]
    public async Task Get_CallerCancels_IsCancelled()
    {
        await using var test = await TestApi.Start();
        test.Cluster.Always(Fault.Hangs);
        using var cancel = new CancellationTokenSource();

        var call = test.Get("x", null, cancel.Token);
        await test.Cluster.Until(cluster => cluster.Requests.Count == 1);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
    }

    [Fact]
    public async Task Create_Throttled_IsRepeated()
    {
        await using var test = await TestApi.Start();
        test.Cluster.Next(Fault.Throttles(TimeSpan.FromSeconds(1)));

        var call = test.Api.Create(Resources.Secrets, New("x"));
        await test.Pass(TimeSpan.FromSeconds(1));

        await call.Soon();
        Assert.Single(test.Cluster.All("secrets"));
    }

    [Fact]
    public async Task Create_UnsureWhetherItWasDone_IsNotRepeated()
    {
        await using var test = await TestApi.Start();
        test.Cluster.Next(Fault.CutAfterwards);

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => test.Api.Create(Resources.Secrets, New("x")).Soon());

        Assert.Equal(StatusReason.Unreachable, failure.Reason);
        Assert.Single(test.Cluster.All("secrets"));
        Assert.Single(test.Cluster.Writes);
    }

    [Fact]
    public async Task Apply_UnsureWhetherItWasDone_IsRepeatedAndChangesNothingMore()
    {
        await using var test = await TestApi.Start();
        test.Cluster.Next(Fault.CutAfterwards);

        var call = test.Api.Apply(Resources.Secrets, New("x"), "one");
        await test.Pass(FirstPause);
        var applied = await call.Soon();

        Assert.Equal(test.Cluster.Version, applied.Metadata.ResourceVersion);
        Assert.Equal(2, test.Cluster.Writes.Count);
    }

    [Fact]
    public async Task Delete_UnsureWhetherItWasDone_IsRepeatedAndFindsNothing()
    {
        await using var test = await TestApi.Start();
        test.AddSecret("x");
        test.Cluster.Next(Fault.CutAfterwards);

        var call = test.Api.Delete(Resources.Secrets, "default", "x");
        await test.Pass(FirstPause);

        Assert.False(await call.Soon());
        Assert.Empty(test.Cluster.All("secrets"));
    }

    [Fact]
    public async Task List_PagesExpire_IsDoneAgainInOnePiece()
    {
        await using var test = await TestApi.Start();
        for (var i = 0; i < 5; i++)
            test.AddSecret($"x{i}");
        test.Cluster.Next(Fault.Answers(410, "Expired"), when: request => request.Verb == "list" && test.Cluster.Requests.Count == 2);

        var list = await test.Api.List(Resources.Secrets, "default", new Selection { PageSize = 2 }).Soon();

        Assert.Equal(5, list.Items.Count);
        Assert.Equal(3, test.Cluster.Requests.Count);
    }

    [Fact]
    public async Task Calls_ManyAtOnce_OnlySoManyAreUnderWay()
    {
        await using var test = await TestApi.Start();
        test.AddSecret("x");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Cluster.Always(Fault.Waits(gate.Task));

        var calls = Enumerable.Range(0, 40).Select(_ => test.Get("x")).ToList();
        await test.Cluster.Until(cluster => cluster.Requests.Count == 16);
        Assert.Equal(16, test.Cluster.Requests.Count);
        gate.SetResult();

        await Task.WhenAll(calls).Soon();
        Assert.Equal(40, test.Cluster.Requests.Count);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("")]
    public async Task Get_NameThatLeadsElsewhere_IsRefusedHere(string name)
    {
        await using var test = await TestApi.Start();

        await Assert.ThrowsAsync<ArgumentException>(() => test.Get(name));
        Assert.Empty(test.Cluster.Requests);
    }
}
