using ActorCsi.Fakes.Stores;
using ActorCsi.Grains.Providers;
using ActorCsi.Testing;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>Whatever a server does instead of answering, at the login and at the read: it ends in good time and with a reason, and leaves nothing.</summary>
public sealed class FaultTests : VaultTest
{
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(8);

    private int _held; // requests that the server lets wait

    public static TheoryData<string, string, VolumeError, string> Faults()
    {
        var rows = new TheoryData<string, string, VolumeError, string>();
        foreach (var place in (string[])["login", "read"])
        {
            rows.Add(place, "429", VolumeError.ProviderThrottles, "HTTP 429: rate limit quota exceeded");
            rows.Add(place, "500", VolumeError.ProviderUnavailable, "HTTP 500: internal error");
            rows.Add(place, "503", VolumeError.ProviderUnavailable, "HTTP 503: Vault is sealed");
            rows.Add(place, "hang", VolumeError.ProviderUnavailable, "did not answer within 8 s");
            rows.Add(place, "stall", VolumeError.ProviderUnavailable, "did not answer within 8 s");
            rows.Add(place, "break off", VolumeError.ProviderUnavailable, "broke off before its answer was whole");
            rows.Add(place, "reset", VolumeError.ProviderUnavailable, "broke off before its answer was whole");
            rows.Add(place, "endless", VolumeError.Full, "gives an answer of more than 4194304 bytes");
            rows.Add(place, "garbage", VolumeError.ProviderFailed, "the answer makes no sense, expected");
            rows.Add(place, "half a character", VolumeError.ProviderFailed, "the answer makes no sense, expected");
            rows.Add(place, "a list", VolumeError.ProviderFailed, "the answer makes no sense, expected");
        }
        rows.Add("login", "nothing", VolumeError.ProviderFailed, "the answer makes no sense, expected a login");
        rows.Add("read", "nothing", VolumeError.NotFound, "GET kv/data/shop gives no data (HTTP 204)");
        rows.Add("login", "another answer", VolumeError.ProviderFailed, "the answer makes no sense, expected a login");
        rows.Add("read", "another answer", VolumeError.NotFound, "GET kv/data/shop has no data: be warned");
        return rows;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Publish_NoGoodAnswer_EndsWithAReasonAndLeavesNothing(string place, string fault, VolumeError error, string reason)
    {
        SetClass("- {objectName: user, secretPath: kv/data/shop, secretKey: user}");
        Vault.Front.Break(request => request.Path.StartsWithSegments(place == "login" ? "/v1/auth/kubernetes" : "/v1/kv", StringComparison.Ordinal), Fault(fault), times: 3);

        var failure = await Assert.ThrowsAsync<VolumeException>(() => InTime(Publish()).Soon());

        Assert.Equal(error, failure.Error);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Kernel.Mounts);
        await Until(() => Vault.Tokens.Count == 0);
    }

    protected override ProviderOptions Options(ProviderOptions usual) => usual with { Http = usual.Http with { AttemptTimeout = Attempt } };

    private Func<HttpContext, Task> Fault(string name) => name switch
    {
        "429" => StoreFaults.Status(429, """{"errors": ["rate limit quota exceeded"]}"""),
        "500" => StoreFaults.Status(500, """{"errors": ["internal error"]}"""),
        "503" => StoreFaults.Status(503, """{"errors": ["Vault is sealed"]}"""),
        "hang" => Held(StoreFaults.Hang),
        "stall" => Held(StoreFaults.Stall),
        "break off" => StoreFaults.BreakOff,
        "reset" => StoreFaults.Reset,
        "endless" => StoreFaults.Endless,
        "garbage" => StoreFaults.Garbage,
        "half a character" => StoreFaults.Status(200, """{"auth": {"client_token": "\ud800"}, "data": {"\udfff": "x"}}"""),
        "a list" => StoreFaults.Status(200, "[]"),
        "nothing" => context => Task.FromResult(context.Response.StatusCode = StatusCodes.Status204NoContent),
        "another answer" => StoreFaults.Status(200, """{"data": null, "auth": null, "warnings": ["be warned"]}"""),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private Func<HttpContext, Task> Held(Func<HttpContext, Task> fault) => async context =>
    {
        Interlocked.Increment(ref _held);
        await fault(context);
    };

    /// <summary>Moves the clock over each pause, and over the time-out of an attempt when the server has it: answers take real time.</summary>
    private async Task InTime(Task work)
    {
        var ended = 0;
        while (!work.IsCompleted)
        {
            var isHeld = Volatile.Read(ref _held) > ended && Time.NextTimer <= Attempt;
            if (isHeld || Time.NextTimer < Attempt / 2)
            {
                ended += isHeld ? 1 : 0;
                Time.AdvanceToNextTimer();
            }
            await Task.WhenAny(work, Task.Delay(1));
        }
        await work;
    }
}
