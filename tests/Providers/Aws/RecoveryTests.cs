namespace ActorCsi.Tests.Providers.Aws;

/// <summary>What goes wrong with tokens, keys and clocks while pods run is put right without a pod noticing.</summary>
public sealed class RecoveryTests : AwsTest
{
    [Fact]
    public async Task Refresh_SessionsRevokedByPolicy_AreMadeAnew()
    {
        SetClass(User);
        await Publish();
        await Advance(TimeSpan.FromMinutes(6));
        Aws.RevokeOlderSessions();
        Aws.Put(Region, "user", "carol");
        await Refresh();
        Assert.Equal((2, "carol"), (Aws.Logins, Files()["user"]));
    }

    [Fact]
    public async Task Refresh_DeniedForGood_DoesNotLogInEachTime()
    {
        PollInterval = null;
        SetClass(User);
        await Publish();
        Aws.Role("shop", role => role with { Allowed = [] });
        for (var i = 0; i < 5; i++)
            Assert.Equal(VolumeError.ProviderDenies, (await Assert.ThrowsAsync<VolumeException>(() => Refresh())).Error);
        Assert.Equal((1, "bob"), (Aws.Logins, Files()["user"]));
    }

    [Fact]
    public async Task Publish_ForHours_LogsInOnceAnHour()
    {
        SetClass(User);
        for (var minute = 0; minute < 240; minute += 10)
        {
            await Publish();
            await Advance(TimeSpan.FromMinutes(10));
        }
        await Until(() => Aws.Logins is 5 or 6); // each hour, five minutes before its end
        Assert.Equal(VolumeState.Serving, (await Status()).State);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(-4)]
    public async Task Publish_ServersClockIsOff_IsSignedByItsTime(int minutes)
    {
        Aws.ClockSkew = TimeSpan.FromMinutes(minutes);
        SetClass(User);
        for (var i = 0; i < 9; i++)
        {
            await Publish(issued: Time.GetUtcNow() - TimeSpan.FromMinutes(5)); // so that the token is valid there
            await Refresh();
            await Advance(TimeSpan.FromMinutes(10));
        }
        Assert.Equal(VolumeState.Serving, (await Status()).State);
        Assert.Equal(2, Aws.Logins); // an hour by its clock, whatever ours says
        var refused = Aws.Front.Requests.Count - Aws.Asked("AssumeRoleWithWebIdentity") - Aws.Asked("GetSecretValue") - Aws.Asked("DescribeSecret");
        Assert.Equal(0, refused);
    }

    [Fact]
    public async Task Publish_OurClockIsFiveMinutesBehind_OneSignatureIsRefusedAndNoMore()
    {
        Aws.ClockSkew = TimeSpan.FromMinutes(6);
        SetClass(User);
        await Publish();
        await Refresh();
        await Refresh();
        Assert.Equal((2, 2), (Aws.Asked("GetSecretValue"), Aws.Asked("DescribeSecret"))); // the first of all was asked twice
    }

    [Fact]
    public async Task Refresh_PodsTokenIsOver_KeysServeOn()
    {
        SetClass(User);
        await Publish(issued: Time.GetUtcNow() - TimeSpan.FromMinutes(50)); // the token ends in ten minutes, the keys in an hour
        await Advance(TimeSpan.FromMinutes(9));
        Aws.Put(Region, "user", "carol");
        await Refresh();
        Assert.Equal(("carol", 1), (Files()["user"], Aws.Logins));
    }
}
