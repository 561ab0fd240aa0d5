namespace ActorCsi.Tests.Contract;

public interface IGuidGrain : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public interface IIntegerGrain : IGrainWithIntegerKey
{
    Task<long> Key();

    Task<GrainId> Id();
}

public interface IGuidCompoundGrain : IGrainWithGuidCompoundKey
{
    Task<string> Key();
}

public interface IIntegerCompoundGrain : IGrainWithIntegerCompoundKey
{
    Task<string> Key();
}

public interface IStringGrain : IGrainWithStringKey
{
    Task<string> Key();

    Task<IStringGrain> Self();

    Task<string> KeyOf(IStringGrain other);
}

public sealed class GuidGrain : Grain, IGuidGrain
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}

public sealed class IntegerGrain : Grain, IIntegerGrain
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());

    public Task<GrainId> Id() => Task.FromResult(this.GetGrainId());
}

public sealed class GuidCompoundGrain : Grain, IGuidCompoundGrain
{
    public Task<string> Key() => Task.FromResult($"{this.GetPrimaryKey(out var extension)} {extension}");
}

public sealed class IntegerCompoundGrain : Grain, IIntegerCompoundGrain
{
    public Task<string> Key() => Task.FromResult($"{this.GetPrimaryKeyLong(out var extension)} {extension}");
}

/// <summary>A grain that derives from nothing.</summary>
[GrainType("named-otherwise")]
public sealed class PocoGrain(IGrainContext context, IGrainFactory grains) : IGrainBase, IStringGrain
{
    public IGrainContext GrainContext => context;

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<IStringGrain> Self() => Task.FromResult(this.AsReference<IStringGrain>());

    public Task<string> KeyOf(IStringGrain other) => grains.GetGrain<IStringGrain>(other.GetPrimaryKeyString()).Key();
}

/// <summary>Who a grain is.</summary>
public sealed class IdentityTests : SiloTest
{
    private static readonly Guid Guid1 = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");

    [Fact]
    public async Task Keys_OfEveryKind_ReachTheGrain()
    {
        Assert.Equal(Guid1, await Grains.GetGrain<IGuidGrain>(Guid1).Key());
        Assert.Equal(-5, await Grains.GetGrain<IIntegerGrain>(-5).Key());
        Assert.Equal($"{Guid1} more", await Grains.GetGrain<IGuidCompoundGrain>(Guid1, "more", null).Key());
        Assert.Equal("42 more+yet", await Grains.GetGrain<IIntegerCompoundGrain>(42, "more+yet", null).Key());
        Assert.Equal("ns/pod ü", await Grains.GetGrain<IStringGrain>("ns/pod ü").Key());
    }

    [Fact]
    public async Task GrainId_HasTheTypeByConventionAndHexadecimalIntegers()
    {
        var id = await Grains.GetGrain<IIntegerGrain>(42).Id();

        Assert.Equal("integer/2A", id.ToString());
        Assert.Equal(id, GrainId.Parse("integer/2A"));
    }

    [Fact]
    public void GrainTypeAttribute_NamesTheType() =>
        Assert.Equal("named-otherwise/x", Grains.GetGrain<IStringGrain>("x").GetGrainId().ToString());

    [Fact]
    public async Task References_ToOneGrain_AreEqualAndTravel()
    {
        var grain = Grains.GetGrain<IStringGrain>("one");
        var self = await grain.Self();

        Assert.Equal(grain, self);
        Assert.NotEqual(grain, Grains.GetGrain<IStringGrain>("two"));
        Assert.Equal("one", await Grains.GetGrain<IStringGrain>("two").KeyOf(self));
    }
}
