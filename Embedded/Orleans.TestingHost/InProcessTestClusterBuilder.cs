using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Orleans.TestingHost;

/// <summary>Says what the silo of a test is made of.</summary>
public sealed class InProcessTestClusterBuilder
{
    /// <summary>A cluster of the one silo that this engine has.</summary>
    public InProcessTestClusterBuilder()
        : this(1)
    {
    }

    /// <summary>A cluster of <paramref name="initialSilosCount"/> silos, which must be one.</summary>
    public InProcessTestClusterBuilder(short initialSilosCount)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(initialSilosCount, (short)1);
        Options = new InProcessTestClusterOptions();
    }

    /// <summary>What was said so far.</summary>
    public InProcessTestClusterOptions Options { get; }

    /// <summary>Sets up the host of every silo.</summary>
    public InProcessTestClusterBuilder ConfigureHost(Action<IHostApplicationBuilder> configureDelegate) =>
        ConfigureSiloHost((_, host) => configureDelegate(host));

    /// <summary>Sets up every silo.</summary>
    public InProcessTestClusterBuilder ConfigureSilo(Action<InProcessTestSiloSpecificOptions, ISiloBuilder> configureSiloDelegate) =>
        ConfigureSiloHost((silo, host) => host.UseOrleans(builder => configureSiloDelegate(silo, builder)));

    /// <summary>Sets up the host of every silo, with what is particular to each.</summary>
    public InProcessTestClusterBuilder ConfigureSiloHost(Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder> configureSiloHostDelegate)
    {
        ArgumentNullException.ThrowIfNull(configureSiloHostDelegate);
        Options.SiloHostConfigurationDelegates.Add(configureSiloHostDelegate);
        return this;
    }

    /// <summary>The cluster, not yet started.</summary>
    public InProcessTestCluster Build() => new(Options);
}

/// <summary>What all silos of a test have in common.</summary>
public sealed class InProcessTestClusterOptions
{
    /// <summary>What is done to the host of each silo, in this order.</summary>
    public List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> SiloHostConfigurationDelegates { get; } = [];
}

/// <summary>What is particular to one silo.</summary>
public sealed class InProcessTestSiloSpecificOptions
{
    /// <summary>Its name.</summary>
    public string SiloName { get; set; } = "Silo_0";
}
