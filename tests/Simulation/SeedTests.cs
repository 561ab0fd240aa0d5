using System.Globalization;

namespace ActorCsi.Tests.Simulation;

/// <summary>A few hundred seeds in CI; <c>dotnet run --project tests/Simulation -- FIRST COUNT</c> runs any number.</summary>
public sealed class SeedTests
{
    private const int Seeds = 300;

    /// <summary>Seeds that once found something, each with what it found.</summary>
    public static TheoryData<int, string> Cases => new()
    {
    };

    [Fact]
    public void Run_ManySeeds_EveryInvariantHolds()
    {
        for (var seed = 1; seed <= Seeds; seed++)
            World.Run(seed);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(42)]
    [InlineData(1234)]
    public void Run_SameSeedTwice_GivesTheSameTrace(int seed) => Assert.Equal(World.Run(seed), World.Run(seed));
}

/// <summary>The command: runs seeds one after another, each twice, and stops at the first fault.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        var first = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        var count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1000;
        try
        {
            for (var seed = first; seed < first + count; seed++)
            {
                var trace = World.Run(seed);
                if (count == 1)
                    Console.WriteLine(trace);
                if (World.Run(seed) != trace)
                    throw new SimulationFault(FaultKind.NotRepeatable, $"seed {seed} gave two different traces");
            }
            Console.WriteLine($"{count} seeds from {first}: every invariant held");
            return 0;
        }
        catch (SimulationFault fault)
        {
            Console.Error.WriteLine(fault.Message);
            return (int)fault.Kind;
        }
    }
}
