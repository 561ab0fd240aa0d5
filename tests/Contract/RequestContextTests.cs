namespace ActorCsi.Tests.Contract;

public interface IContextGrain : IGrainWithStringKey
{
    Task<string?> Read();

    Task Write(string value);

    Task<string?> ReadThrough(string key);

    Task<string?> WriteAndReadThrough(string key, string value);
}

public sealed class ContextGrain : Grain, IContextGrain
{
    public async Task<string?> Read()
    {
        await Task.Yield();
        return RequestContext.Get("trace") as string;
    }

    public Task Write(string value)
    {
        RequestContext.Set("trace", value);
        return Task.CompletedTask;
    }

    public Task<string?> ReadThrough(string key) => GrainFactory.GetGrain<IContextGrain>(key).Read();

    public Task<string?> WriteAndReadThrough(string key, string value)
    {
        RequestContext.Set("trace", value);
        return GrainFactory.GetGrain<IContextGrain>(key).Read();
    }
}

/// <summary>RequestContext flows down a chain of calls and never back up.</summary>
public sealed class RequestContextTests : SiloTest
{
    private IContextGrain Grain => Grains.GetGrain<IContextGrain>("one");

    [Fact]
    public async Task Value_SetByTheCaller_ReachesTheGrainAndThoseItCalls()
    {
        RequestContext.Set("trace", "abc");

        Assert.Equal("abc", await Grain.Read());
        Assert.Equal("abc", await Grain.ReadThrough("two"));
    }

    [Fact]
    public async Task Value_SetByTheGrain_DoesNotReachTheCaller()
    {
        RequestContext.Set("trace", "mine");

        await Grain.Write("theirs");

        Assert.Equal("mine", RequestContext.Get("trace"));
    }

    [Fact]
    public async Task Value_SetByTheGrain_ReachesThoseItCalls()
    {
        Assert.Equal("inner", await Grain.WriteAndReadThrough("two", "inner"));
        Assert.Null(RequestContext.Get("trace"));
    }

    [Fact]
    public async Task Value_OfOneCall_DoesNotReachTheNext()
    {
        await Grain.Write("first");

        Assert.Null(await Grain.Read());
    }

    [Fact]
    public async Task Value_Removed_DoesNotReachTheGrain()
    {
        RequestContext.Set("trace", "abc");
        Assert.True(RequestContext.Remove("trace"));

        Assert.Null(await Grain.Read());
    }
}
