namespace ActorCsi.Tests.Contract;

public interface IOrderGrain : IGrainWithStringKey
{
    Task Note(int number);

    Task<List<int>> Noted();
}

public sealed class OrderGrain : Grain, IOrderGrain
{
    private readonly List<int> _noted = [];

    public async Task Note(int number)
    {
        await Task.Yield();
        _noted.Add(number);
    }

    public Task<List<int>> Noted() => Task.FromResult(_noted.ToList());
}

/// <summary>Calls from one caller to one grain are executed in the order in which they were made.</summary>
public sealed class OrderTests : SiloTest
{
    [Fact]
    public async Task Calls_OfOneCaller_KeepTheirOrder()
    {
        var grain = Grains.GetGrain<IOrderGrain>("one");

        await Task.WhenAll(Enumerable.Range(0, 500).Select(grain.Note)).Soon();

        Assert.Equal(Enumerable.Range(0, 500), await grain.Noted());
    }

    [Fact]
    public async Task Calls_BeforeAndDuringDeactivation_KeepTheirOrder()
    {
        var grain = Grains.GetGrain<IOrderGrain>("one");
        await grain.Note(-1);

        var calls = new List<Task>();
        var deactivation = Cluster.DeactivateAsync(grain);
        for (var i = 0; i < 200; i++)
            calls.Add(grain.Note(i));
        await Task.WhenAll([.. calls, deactivation]).Soon();

        // Those that reached the old activation are gone with it; the others follow in order.
        var noted = await grain.Noted();
        Assert.Equal(noted.Order(), noted);
        Assert.Equal(199, noted[^1]);
    }
}
