using ActorCsi.Grains.Providers.Http;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Http;

/// <summary>One login for each identity, as long as it lives, whoever asks and however many at once.</summary>
public sealed class KeptLoginsTests
{
    private readonly VirtualTime _time = new();
    private readonly KeptLogins<string, string> _logins;
    private int _made;

    public KeptLoginsTests() => _logins = new(_time);

    [Fact]
    public async Task Get_Again_GivesTheKeptOne()
        => Assert.Equal(("web 1", "web 1", "db 2"), (await Get("web"), await Get("web"), await Get("db")));

    [Theory]
    [InlineData(60, 54, "web 1")]
    [InlineData(60, 55, "web 2")] // five minutes before the end
    [InlineData(8, 3, "web 1")]
    [InlineData(8, 4, "web 2")] // at half of a short life
    [InlineData(0, 0, "web 2")]
    [InlineData(-5, 0, "web 2")] // a clock that is ahead
    public async Task Get_LifeRunsOut_LogsInAgain(int life, int later, string expected)
    {
        await Get("web", life);
        _time.Advance(TimeSpan.FromMinutes(later));
        Assert.Equal(expected, await Get("web", life));
    }

    [Fact]
    public async Task Get_ManyAtOnce_LogInOnce()
    {
        var answer = new TaskCompletionSource();
        var asking = Enumerable.Range(0, 100).Select(_ => Get("web", wait: answer.Task)).ToArray();
        answer.SetResult();
        Assert.All(await Task.WhenAll(asking).Soon(), login => Assert.Equal("web 1", login));
    }

    [Fact]
    public async Task Get_TheOneThatLogsInFails_TheNextTriesForItself()
    {
        var answer = new TaskCompletionSource();
        var (first, second) = (Get("web", wait: answer.Task), Get("web"));
        answer.SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => first).Soon();
        Assert.Equal("web 2", await second.Soon());
    }

    [Fact]
    public async Task Get_TheOneThatLogsInGivesUp_TheNextTriesForItself()
    {
        using var patience = new CancellationTokenSource();
        var (first, second) = (Get("web", wait: Task.Delay(Timeout.Infinite, patience.Token)), Get("web"));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first).Soon();
        Assert.Equal("web 2", await second.Soon());
    }

    [Fact]
    public async Task Get_GivesUpWaiting_LeavesTheOtherAlone()
    {
        var answer = new TaskCompletionSource();
        using var patience = new CancellationTokenSource();
        var (first, second) = (Get("web", wait: answer.Task), Get("web", patience: patience.Token));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second).Soon();
        answer.SetResult();
        Assert.Equal("web 1", await first.Soon());
    }

    [Fact]
    public async Task Forget_TheLoginOfNow_LogsInAgain()
    {
        var revoked = await Get("web");
        _logins.Forget("web", revoked);
        Assert.Equal("web 2", await Get("web"));
    }

    [Fact]
    public async Task Forget_AnEarlierLogin_KeepsTheLoginOfNow()
    {
        var revoked = await Get("web");
        _logins.Forget("web", revoked);
        await Get("web");
        _logins.Forget("web", revoked); // another volume finds out a little later
        _logins.Forget("db", revoked);
        Assert.Equal("web 2", await Get("web"));
    }

    private Task<string> Get(string key, int life = 60, Task? wait = null, CancellationToken patience = default) => _logins.Get(
        key,
        async _ =>
        {
            var login = $"{key} {++_made}";
            await (wait ?? Task.CompletedTask);
            return new(login, _time.GetUtcNow().AddMinutes(life));
        },
        patience);
}
