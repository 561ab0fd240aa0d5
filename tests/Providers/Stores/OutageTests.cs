using ActorCsi.Fakes.Stores;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Stores;

/// <summary>
/// Whatever is wrong with a store, or with its token service, and wherever in an answer it begins: a pod that starts is told what, one that runs keeps its files, and when it is
/// over both have what they should.
/// </summary>
public sealed class OutageTests : StoreTest
{
    private static readonly (string What, VolumeError Error, string Part)[] Faults =
    [
        ("garbage", VolumeError.ProviderFailed, "makes no sense"),
        ("half an answer", VolumeError.ProviderUnavailable, "broke off before its answer was whole"),
        ("half an answer, then silence", VolumeError.ProviderUnavailable, "did not answer within 8 s"),
        ("silence", VolumeError.ProviderUnavailable, "did not answer within 8 s"),
        ("a connection that ends", VolumeError.ProviderUnavailable, ""),
        ("a flood", VolumeError.Full, "gives an answer of more than 4194304 bytes"),
        ("a redirect", VolumeError.ProviderFailed, "HTTP 307"),
        ("429", VolumeError.ProviderThrottles, "HTTP 429"),
        ("500", VolumeError.ProviderUnavailable, "HTTP 500"),
        ("503", VolumeError.ProviderUnavailable, "HTTP 503"),
    ];

    /// <summary>What the store asks for, longer than a new pod waits; when it is over, nodes do not all come at once.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Over = RetryAfter + TimeSpan.FromMinutes(1);

    private int _silent;

    public static TheoryData<string, string, string> Rows()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var store in Names)
            foreach (var at in (string[])["login", "read"])
                foreach (var (what, _, _) in Faults)
                    rows.Add(store, at, what);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task PublishAndRefresh_StoreIsNotWell_IsToldAndMadeGood(string name, string at, string what)
    {
        var (store, node) = await Start(name);
        var place = at == "login" ? store.TokenService : store.FirstObject;
        var (_, error, part) = Faults.Single(fault => fault.What == what);
        var isSilence = what.EndsWith("silence", StringComparison.Ordinal);
        if (isSilence)
            node.AttemptTimeout = TimeSpan.FromSeconds(8);
        store.SetClass();

        var isBroken = true;
        place.Server.Break(request => isBroken && place.Is(request), Fault(what), times: int.MaxValue);
        var failure = await Fails(node, () => node.Publish());
        Assert.Equal(error, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.Empty(node.Kernel.Mounts);

        await WhenOver(() => node.Publish());
        Assert.Equal(("one", "two"), Content(node));

        isBroken = true;
        store.RevokeLogins();
        store.Put("three", "four");
        failure = await Fails(node, () => node.Refresh());
        Assert.Equal((error, VolumeState.Stale), (failure.Error, (await node.Status()).State));
        Assert.Equal(("one", "two"), Content(node));

        await WhenOver(() => node.Refresh());
        Assert.Equal((VolumeState.Serving, ("three", "four")), ((await node.Status()).State, Content(node)));
        Assert.DoesNotContain("https://elsewhere.example.com", node.Egress.Origins);

        async Task WhenOver(Func<Task> call)
        {
            isBroken = false;
            if (isSilence) // who says nothing has not asked for a pause
            {
                await call();
                return;
            }
            await node.Advance(Over);
            var calling = call();
            await node.Advance(TimeSpan.FromSeconds(30)); // it is asked slowly at first
            await calling;
        }
    }

    private async Task<VolumeException> Fails(ProviderTest node, Func<Task> call)
    {
        var passed = Volatile.Read(ref _silent);
        bool IsSilent()
        {
            if (Volatile.Read(ref _silent) == passed)
                return false;
            passed++;
            return true;
        }
        return await Assert.ThrowsAsync<VolumeException>(() => node.ThroughPauses(call(), IsSilent));
    }

    private Func<HttpContext, Task> Fault(string what) => what switch
    {
        "garbage" => StoreFaults.Garbage,
        "half an answer" => StoreFaults.BreakOff,
        "half an answer, then silence" => BeginAndFallSilent,
        "silence" => FallSilent,
        "a connection that ends" => StoreFaults.Reset,
        "a flood" => StoreFaults.TooLong(5 << 20),
        "a redirect" => Redirect,
        var status => StoreFaults.Status(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), "out of order", retryAfter: (int)RetryAfter.TotalSeconds),
    };

    private async Task BeginAndFallSilent(HttpContext context)
    {
        await context.Response.WriteAsync("{\"data\": {");
        await context.Response.Body.FlushAsync();
        await FallSilent(context);
    }

    private Task FallSilent(HttpContext context)
    {
        Interlocked.Increment(ref _silent);
        return StoreFaults.Hang(context);
    }

    private static Task Redirect(HttpContext context)
    {
        (context.Response.StatusCode, context.Response.Headers.Location) = (307, "https://elsewhere.example.com/");
        return Task.CompletedTask;
    }
}
