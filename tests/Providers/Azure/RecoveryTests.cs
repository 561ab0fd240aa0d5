namespace ActorCsi.Tests.Providers.Azure;

/// <summary>Logins end, are revoked, and clocks differ: pods do not notice.</summary>
public sealed class RecoveryTests : AzureTest
{
    [Fact]
    public async Task Refresh_LoginEnds_IsReplacedBeforehand()
    {
        SetClass(Password);
        await Publish();
        await Advance(TimeSpan.FromHours(1));
        Time.Advance(TimeSpan.FromSeconds(1));
        await Publish(); // brings a token; what is due is done
        await Refresh();
        Assert.Equal((VolumeState.Serving, 2), ((await Status()).State, Entra.Issued.Count));
        Assert.DoesNotContain(Vault.Front.Requests, request => !request.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task Refresh_NewTokenOfThePod_NeedsNoNewLogin()
    {
        Entra.Life = TimeSpan.FromHours(24);
        SetClass(Password);
        await Publish();
        for (var i = 0; i < 3; i++)
        {
            await Advance(TimeSpan.FromMinutes(45));
            await Publish();
        }
        Vault.PutSecret("password", "n3w");
        await Refresh();
        Assert.Equal(("n3w", 1), (Files()["password"], Entra.Issued.Count));
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(5)]
    public async Task Publish_ClockOfEntraIsOff_DoesNotMatter(int minutes)
    {
        Entra.ClockSkew = TimeSpan.FromMinutes(minutes);
        SetClass(Password);
        await Publish();
        Assert.Equal("s3cret", Files()["password"]);
    }

    [Fact]
    public async Task Refresh_ClockOfTheVaultIsAhead_LoginsAreReplacedWhenTheVaultSaysSo()
    {
        Vault.ClockSkew = TimeSpan.FromMinutes(10);
        SetClass(Password);
        await Publish();
        Time.Advance(TimeSpan.FromMinutes(52)); // to the vault the login is over, to us it is good for three minutes more
        await Refresh();
        Assert.Equal((VolumeState.Serving, 2), ((await Status()).State, Entra.Issued.Count));
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(5)]
    public async Task Publish_ClockOfTheVaultIsOff_DoesNotMatter(int minutes)
    {
        Vault.ClockSkew = TimeSpan.FromMinutes(minutes);
        SetClass(Password);
        await Publish();
        await Advance(TimeSpan.FromMinutes(58));
        await Publish();
        Assert.Equal(VolumeState.Serving, (await Status()).State);
    }
}
