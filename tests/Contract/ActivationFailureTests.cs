using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Contract;

public interface IFragileGrain : IGrainWithStringKey
{
    Task<int> Attempts();
}

public sealed class Fragility
{
    public bool FailsInConstructor { get; set; }

    public bool FailsInActivation { get; set; }

    public int Attempts { get; set; }
}

public sealed class FragileGrain : Grain, IFragileGrain
{
    private readonly Fragility _fragility;

    public FragileGrain(Fragility fragility)
    {
        _fragility = fragility;
        _fragility.Attempts++;
        if (_fragility.FailsInConstructor)
            throw new InvalidOperationException("fragile constructor");
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (_fragility.FailsInActivation)
            throw new InvalidOperationException("fragile activation");
    }

    public Task<int> Attempts() => Task.FromResult(_fragility.Attempts);
}

/// <summary>An activation that fails tells its callers why, and the next call tries afresh.</summary>
public sealed class ActivationFailureTests : SiloTest
{
    private readonly Fragility _fragility = new();

    private IFragileGrain Grain => Grains.GetGrain<IFragileGrain>("one");

    protected override void Configure(ISiloBuilder silo) => silo.Services.AddSingleton(_fragility);

    [Fact]
    public async Task OnActivate_Throws_TheCallerLearnsWhyAndTheNextCallTriesAfresh()
    {
        _fragility.FailsInActivation = true;
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Grain.Attempts().Soon());
        Assert.Contains("fragile activation", failure.ToString(), StringComparison.Ordinal);

        _fragility.FailsInActivation = false;
        Assert.Equal(2, await Grain.Attempts().Soon());
    }

    [Fact]
    public async Task OnActivate_Throws_EveryWaitingCallerLearnsIt()
    {
        _fragility.FailsInActivation = true;

        var calls = Enumerable.Range(0, 20).Select(_ => Assert.ThrowsAnyAsync<Exception>(() => Grain.Attempts().Soon()));

        foreach (var failure in await Task.WhenAll(calls))
            Assert.Contains("fragile activation", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructor_Throws_TheCallerLearnsWhyAndTheNextCallTriesAfresh()
    {
        _fragility.FailsInConstructor = true;
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Grain.Attempts().Soon());
        Assert.Contains("fragile constructor", failure.ToString(), StringComparison.Ordinal);

        _fragility.FailsInConstructor = false;
        Assert.Equal(2, await Grain.Attempts().Soon());
    }
}
