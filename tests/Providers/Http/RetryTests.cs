using ActorCsi.Fakes.Stores;
using ActorCsi.Grains.Providers.Http;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Http;

/// <summary>A call is tried again when that may help, does no harm and keeps nobody busy.</summary>
public sealed class RetryTests : HttpTest
{
    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task Send_TransientStatus_IsTriedAgain(int status)
    {
        Server.Break(StoreFaults.Status(status), times: 2);
        using var answer = await SendThroughTime(Client(), Get()).Soon();
        Assert.Equal((200, "fine", 3), (answer.Status, answer.Body.ExposeText(), Server.Requests.Count));
    }

    [Fact]
    public async Task Send_TransientForEver_GivesTheLastAnswer()
    {
        Server.Break(StoreFaults.Status(500, "down"), times: 100);
        using var answer = await SendThroughTime(Client(), Get()).Soon();
        Assert.Equal((500, "down", 3), (answer.Status, answer.Body.ExposeText(), Server.Requests.Count));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(501)]
    public async Task Send_FinalStatus_IsNotTriedAgain(int status)
    {
        Server.Break(StoreFaults.Status(status));
        using var answer = await Client().Send(Get(), CancellationToken.None).Soon();
        Assert.Equal((status, 1), (answer.Status, Server.Requests.Count));
    }

    [Fact]
    public async Task Send_StatusTheProviderCallsTransient_IsTriedAgain()
    {
        Server.Break(StoreFaults.Status(412));
        using var answer = await SendThroughTime(Client(), Get() with { AlsoTransient = [412] }).Soon();
        Assert.Equal((200, 2), (answer.Status, Server.Requests.Count));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Send_ThrottledForAMoment_WaitsThatLongOnce(int status)
    {
        Server.Break(StoreFaults.Status(status, retryAfter: 1), times: 2);
        var sending = Client().Send(Get(), CancellationToken.None);
        await Time.WhenArmed(TimeSpan.FromSeconds(1)).Soon();
        Time.Advance(TimeSpan.FromSeconds(1));
        using var answer = await sending.Soon();
        Assert.Equal((status, TimeSpan.FromSeconds(1), 2), (answer.Status, answer.RetryAfter, Server.Requests.Count));
    }

    [Theory]
    [InlineData(429, 60)]
    [InlineData(503, 60)]
    [InlineData(500, 60)]
    [InlineData(429, null)]
    [InlineData(503, null)]
    public async Task Send_ThrottledForLong_IsForTheVolumeToWait(int status, int? retryAfter)
    {
        Server.Break(StoreFaults.Status(status, retryAfter: retryAfter));
        using var answer = await Client().Send(Get(), CancellationToken.None).Soon();
        Assert.Equal((status, 1), (answer.Status, Server.Requests.Count));
        Assert.Equal(retryAfter, answer.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task Send_RetryAfterAsDate_IsReadByOurClock()
    {
        Server.Break(context =>
        {
            context.Response.Headers.RetryAfter = Time.GetUtcNow().AddSeconds(90).ToString("R");
            return StoreFaults.Status(429)(context);
        });
        using var answer = await Client().Send(Get(), CancellationToken.None).Soon();
        Assert.Equal(TimeSpan.FromSeconds(90), answer.RetryAfter);
    }

    [Fact]
    public async Task Send_BrokenOff_IsTriedAgainWhenIdempotent()
    {
        Server.Break(StoreFaults.BreakOff);
        Server.Break(StoreFaults.Reset);
        using var answer = await SendThroughTime(Client(), Get()).Soon();
        Assert.Equal((200, 3), (answer.Status, Server.Requests.Count));
    }

    [Fact]
    public async Task Send_PostBrokenOff_IsNotTriedAgain()
    {
        Server.Break(StoreFaults.BreakOff);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => SendThroughTime(Client(), Post()).Soon());
        Assert.Equal((VolumeError.ProviderUnavailable, 1), (failure.Error, Server.Requests.Count));
    }

    [Fact]
    public async Task Send_PostWithTransientStatus_IsNotTriedAgain()
    {
        Server.Break(StoreFaults.Status(500));
        using var answer = await Client().Send(Post(), CancellationToken.None).Soon();
        Assert.Equal((500, 1), (answer.Status, Server.Requests.Count));
    }

    [Fact]
    public async Task Send_HangingForEver_EndsWithTheAttempts()
    {
        Server.Break(StoreFaults.Hang, times: 100);
        var sending = Client().Send(Get(), CancellationToken.None);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await Time.WhenArmed(new ProviderHttpOptions().AttemptTimeout).Soon();
            Time.Advance(new ProviderHttpOptions().AttemptTimeout);
            if (attempt < 3)
            {
                await Time.WhenArmed(1).Soon(); // the pause
                Time.AdvanceToNextTimer();
            }
        }
        var failure = await Assert.ThrowsAsync<VolumeException>(() => sending.Soon());
        Assert.Equal((VolumeError.ProviderUnavailable, $"{Endpoint.Origin} did not answer within 8 s"), (failure.Error, failure.Message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_NoAnswerInTime_TheNextAttemptHasAConnectionOfItsOwn(bool begins)
    {
        var client = Client();
        (await client.Send(Get(), CancellationToken.None).Soon()).Dispose();
        Server.Break(begins ? StoreFaults.Stall : StoreFaults.Hang);
        var sending = client.Send(Get(), CancellationToken.None);
        await Until(() => Server.Requests.Count == 2);
        Time.Advance(new ProviderHttpOptions().AttemptTimeout);
        await Time.WhenArmed(1).Soon(); // the pause
        Time.AdvanceToNextTimer();

        using var answer = await sending.Soon();

        var connections = Server.Requests.Select(request => request.Connection).ToArray();
        Assert.Equal((3, connections[0]), (connections.Length, connections[1]));
        Assert.NotEqual(connections[1], connections[2]);
    }

    [Fact]
    public async Task Send_Pauses_AreSpreadByChanceAndBounded()
    {
        var pauses = new List<TimeSpan>();
        foreach (var chance in new[] { 0.1, 0.9 })
        {
            Server.Break(StoreFaults.Status(500));
            var sending = Client(chance: chance).Send(Get(), CancellationToken.None);
            await Until(() => Time.NextTimer < TimeSpan.FromSeconds(5)); // an attempt has more time
            pauses.Add(Time.NextTimer!.Value);
            Time.AdvanceToNextTimer();
            (await sending.Soon()).Dispose();
        }
        Assert.Equal(2, pauses.Distinct().Count());
        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Send_GivenUp_EndsAtOnce()
    {
        Server.Break(StoreFaults.Hang);
        using var giveUp = new CancellationTokenSource();
        var sending = Client().Send(Get(), giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.Soon());
    }
}
