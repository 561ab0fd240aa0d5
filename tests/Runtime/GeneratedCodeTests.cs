using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization.Invocation;

namespace ActorCsi.Tests.Runtime;

public interface IBaseOddGrain : IGrainWithStringKey
{
    Task<string> Inherited(string @class);
}

/// <summary>Shapes that generated code has to get right.</summary>
public interface IOddGrain : IBaseOddGrain
{
    Task<string> Overloaded(int number);

    Task<string> Overloaded(string? text);

    Task<string> Overloaded(int number, string text);

    ValueTask Nothing();

    ValueTask<List<string?>?> Nullable(Dictionary<string, int[]?>? map);

    Task<(int First, string Second)> Tuple((int, string) pair, CancellationToken @event);

    Task<Outer.Nested> Nest(Outer.Nested nested);

    Task Many(int a, int b, int c, int d, int e, int f, int g, int h);

    Task<int> ReturnNull();

    [Orleans.Concurrency.OneWay]
    Task Forget(TaskCompletionSource<string> answer);

    string Describe() => "not a call";
}

public static class Outer
{
    public sealed record Nested(int Number);
}

public sealed record Positional(int Number);

public sealed class Demanding
{
    public required string Name { get; set; }
}

public interface IKeyed
{
    string Name { get; }
}

public sealed record Keyed(string Name) : IKeyed;

internal interface IMissing;

internal sealed partial class OddGrain(
    IGrainContext context,
    [FromKeyedServices("blue")] IKeyed keyed,
    [PersistentState("positional", "memory")] IPersistentState<Positional> positional,
    [PersistentState("demanding", "memory")] IPersistentState<Demanding> demanding,
    [PersistentState("number")] IPersistentState<int> number,
    IMissing? missing = null,
    int size = 5) : Grain, IOddGrain
{
    public Task<string> Inherited(string @class) => Task.FromResult(@class);

    public Task<string> Overloaded(int number) => Task.FromResult($"int {number}");

    public Task<string> Overloaded(string? text) => Task.FromResult($"text {text ?? "null"}");

    public Task<string> Overloaded(int number, string text) => Task.FromResult($"both {number} {text}");

    public ValueTask Nothing() => ValueTask.CompletedTask;

    public async ValueTask<List<string?>?> Nullable(Dictionary<string, int[]?>? map)
    {
        await Task.Yield();
        return map is null ? null : [.. map.Keys, null];
    }

    public Task<(int First, string Second)> Tuple((int, string) pair, CancellationToken @event) => Task.FromResult((pair.Item1 + 1, pair.Item2 + @event.CanBeCanceled));

    public Task<Outer.Nested> Nest(Outer.Nested nested) => Task.FromResult(nested with { Number = nested.Number + 1 });

    public Task Many(int a, int b, int c, int d, int e, int f, int g, int h) => Task.CompletedTask;

    public Task<int> ReturnNull() => null!;

    public Task Forget(TaskCompletionSource<string> answer)
    {
        answer.SetResult($"{context.GrainId} {keyed.Name} {positional.State.Number} {demanding.State.Name ?? "null"} {number.State} {missing is null} {size}");
        throw new InvalidOperationException("Nobody hears this.");
    }
}

// A second part, with a base list of its own: one grain still.
internal sealed partial class OddGrain : IEquatable<OddGrain>
{
    public bool Equals(OddGrain? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => Equals(obj as OddGrain);

    public override int GetHashCode() => 1;
}

/// <summary>Generated references and factories, running.</summary>
public sealed class GeneratedCodeTests
{
    private static readonly Action<ISiloBuilder> Set = silo =>
    {
        silo.AddMemoryGrainStorage("memory").AddMemoryGrainStorageAsDefault();
        silo.Services.AddKeyedSingleton<IKeyed>("red", new Keyed("red"));
        silo.Services.AddKeyedSingleton<IKeyed>("blue", new Keyed("blue"));
    };

    [Fact]
    public async Task Methods_OfOddShapes_AreCalledAsWritten()
    {
        await using var silo = await TestSilo.Start(Set);
        var grain = silo.Grains.GetGrain<IOddGrain>("odd");
        using var cancellation = new CancellationTokenSource();

        Assert.Equal("x", await grain.Inherited("x"));
        Assert.Equal("int 1", await grain.Overloaded(1));
        Assert.Equal("text null", await grain.Overloaded(null));
        Assert.Equal("both 1 x", await grain.Overloaded(1, "x"));
        await grain.Nothing();
        Assert.Null(await grain.Nullable(null));
        Assert.Equal(["a", null], await grain.Nullable(new() { ["a"] = null }));
        Assert.Equal((2, "xTrue"), await grain.Tuple((1, "x"), cancellation.Token));
        Assert.Equal(new Outer.Nested(2), await grain.Nest(new Outer.Nested(1)));
        await grain.Many(1, 2, 3, 4, 5, 6, 7, 8);
        Assert.Equal("x", await silo.Grains.GetGrain<IBaseOddGrain>("odd").Inherited("x"));
        Assert.Equal("not a call", grain.Describe());
    }

    [Fact]
    public async Task Method_ReturnsNoTask_FailsTheCallAndNotTheGrain()
    {
        await using var silo = await TestSilo.Start(Set);
        var grain = silo.Grains.GetGrain<IOddGrain>("odd");

        await Assert.ThrowsAsync<InvalidOperationException>(() => grain.ReturnNull().Soon());

        Assert.Equal("x", await grain.Inherited("x").Soon());
    }

    [Fact]
    public async Task OneWay_DoesNotWaitAndItsErrorIsLogged()
    {
        await using var silo = await TestSilo.Start(Set);
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var grain = silo.Grains.GetGrain<IOddGrain>("odd");

        var call = grain.Forget(answer);

        Assert.True(call.IsCompletedSuccessfully);
        Assert.Equal("odd/odd blue 0 null 0 True 5", await answer.Task.Soon());
        await silo.Settle(grain);
        Assert.Contains("Warning: The one-way call ActorCsi.Tests.Runtime.IOddGrain.Forget on odd/odd failed", silo.Log.Lines);
    }

    [Fact]
    public async Task Filter_SeesMethodAndArguments()
    {
        var seen = new List<string>();
        await using var silo = await TestSilo.Start(silo =>
        {
            Set(silo);
            silo.AddIncomingGrainCallFilter(context =>
            {
                var call = context.Request;
                seen.Add($"{call.GetMethod()} {string.Join(",", Enumerable.Range(0, call.GetArgumentCount()).Select(call.GetArgument))}");
                return context.Invoke();
            });
        });

        await silo.Grains.GetGrain<IOddGrain>("odd").Overloaded(7, "x");
        await silo.Grains.GetGrain<IOddGrain>("odd").Nothing();

        Assert.Equal(
            ["System.Threading.Tasks.Task`1[System.String] Overloaded(Int32, System.String) 7,x", "System.Threading.Tasks.ValueTask Nothing() "], seen);
    }

    [Fact]
    public async Task Argument_OutOfRange_IsRefused()
    {
        Exception? failure = null;
        await using var silo = await TestSilo.Start(silo =>
        {
            Set(silo);
            silo.AddIncomingGrainCallFilter(context =>
            {
                failure = Record.Exception(() => ((IInvokable)context.Request).GetArgument(2));
                return context.Invoke();
            });
        });

        await silo.Grains.GetGrain<IOddGrain>("odd").Overloaded(7, "x");

        Assert.IsType<ArgumentOutOfRangeException>(failure);
    }
}
