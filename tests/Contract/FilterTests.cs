using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Contract;

public interface IFilteredGrain : IGrainWithStringKey
{
    Task<int> Twice(int number);

    Task Fail();

    Task<int> TwiceThrough(string key, int number);
}

public sealed class FilteredGrain(Stage stage) : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        stage.Tell("own");
        await context.Invoke();
    }

    public async Task<int> Twice(int number)
    {
        stage.Tell("method");
        await Task.Yield();
        return 2 * number;
    }

    public Task Fail() => throw new InvalidOperationException("fails");

    public Task<int> TwiceThrough(string key, int number) => GrainFactory.GetGrain<IFilteredGrain>(key).Twice(number);
}

/// <summary>Tells what it sees.</summary>
public sealed class TellingFilter(Stage stage) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        stage.Tell($"before {context.MethodName} of {context.TargetId} with {context.Request.GetArgumentCount()} from {context.SourceId?.ToString() ?? "outside"}");
        try
        {
            await context.Invoke();
        }
        catch (InvalidOperationException exception)
        {
            stage.Tell("failed: " + exception.Message);
            throw;
        }
        stage.Tell($"after: {context.Result}");
    }
}

/// <summary>Filters stand around calls, in the order in which they were added.</summary>
public sealed class FilterTests : SiloTest
{
    private bool _changesResults;

    private IFilteredGrain Grain => Grains.GetGrain<IFilteredGrain>("one");

    protected override void Configure(ISiloBuilder silo)
    {
        silo.AddIncomingGrainCallFilter<TellingFilter>();
        silo.AddIncomingGrainCallFilter(async context =>
        {
            await context.Invoke();
            if (_changesResults && context.MethodName == nameof(IFilteredGrain.Twice))
                context.Result = -1;
        });
        silo.AddOutgoingGrainCallFilter(async context =>
        {
            if (context.MethodName == nameof(IFilteredGrain.Twice))
                RequestContext.Set("marked", "yes");
            await context.Invoke();
        });
        silo.Services.AddSingleton(Stage);
    }

    [Fact]
    public async Task Filters_RunInOrderAroundTheMethod()
    {
        Assert.Equal(42, await Grain.Twice(21));

        Assert.Equal(["before Twice of filtered/one with 1 from outside", "own", "method", "after: 42"], Stage.Events);
    }

    [Fact]
    public async Task Filter_SeesWhichGrainCalls()
    {
        await Grain.TwiceThrough("two", 1);

        Assert.Contains("before Twice of filtered/two with 1 from filtered/one", Stage.Events);
    }

    [Fact]
    public async Task Filter_SeesTheException()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Grain.Fail().Soon());

        Assert.Contains("failed: fails", Stage.Events);
    }

    [Fact]
    public async Task Filter_MayReplaceTheResult()
    {
        _changesResults = true;

        Assert.Equal(-1, await Grain.Twice(21));
    }
}
