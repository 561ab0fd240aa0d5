using ActorCsi.GrainEngine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Tests.Runtime;

public interface ITwiceMade : IGrainWithStringKey
{
    Task<string> Which();
}

public sealed class FirstMade : Grain, ITwiceMade
{
    public Task<string> Which() => Task.FromResult("first");
}

public sealed class SecondMade : Grain, ITwiceMade
{
    public Task<string> Which() => Task.FromResult("second");
}

public interface INeverMade : IGrainWithStringKey
{
    Task Call();
}

public interface IHomelessGrain : IGrainWithStringKey
{
    Task Call();
}

public sealed class HomelessGrain([PersistentState("thing", "nowhere")] IPersistentState<Note> thing) : Grain, IHomelessGrain
{
    public Task Call() => thing.WriteStateAsync();
}

/// <summary>The silo within its host.</summary>
public sealed class HostingTests
{
    public static TheoryData<Func<IHost>> Ways() =>
    [
        () =>
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            return builder.UseOrleans().Build();
        },
        () =>
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            ((IHostApplicationBuilder)builder).UseOrleans(silo => silo.UseLocalhostClustering());
            return builder.Build();
        },
        () => new HostBuilder().UseOrleans(silo => silo.UseLocalhostClustering()).Build(),
        () => new HostBuilder().ConfigureServices(services => services.AddOrleans(_ => { })).Build(),
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Silo_InAnyKindOfHost_ServesGrains(Func<IHost> build)
    {
        using var host = build();
        await host.StartAsync();

        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ITwiceMade>("one", "ActorCsi.Tests.Runtime.SecondMade");

        Assert.Equal("second", await grain.Which());
        Assert.Same(host.Services.GetRequiredService<IGrainFactory>(), host.Services.GetRequiredService<IClusterClient>());
        await host.StopAsync();
    }

    [Fact]
    public async Task StartupTasks_RunInOrderBeforeTheHostHasStarted()
    {
        var events = new List<string>();
        using var host = new HostBuilder().UseOrleans(silo => silo
            .AddStartupTask((services, _) => Ask(services, "first"))
            .AddStartupTask(new Startup(() => events.Add("second")))).Build();

        await host.StartAsync();

        Assert.Equal(["first", "second"], events);
        await host.StopAsync();

        async Task Ask(IServiceProvider services, string name)
        {
            await Task.Yield();
            events.Add(await services.GetRequiredService<IGrainFactory>().GetGrain<ITwiceMade>("one", "ActorCsi.Tests.Runtime.FirstMade").Which() == "first" ? name : "?");
        }
    }

    [Fact]
    public async Task StartupTask_Fails_TheHostDoesNotStart()
    {
        using var host = new HostBuilder().UseOrleans(silo => silo.AddStartupTask((_, _) => throw new InvalidOperationException("no start"))).Build();

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
    }

    [Fact]
    public async Task Interface_OfTwoClasses_AsksWhich()
    {
        await using var silo = await TestSilo.Start();

        var failure = Assert.Throws<ArgumentException>(() => silo.Grains.GetGrain<ITwiceMade>("one"));

        Assert.Contains("ActorCsi.Tests.Runtime.FirstMade and ActorCsi.Tests.Runtime.SecondMade", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interface_OfNoClass_SaysWhereGrainsAreFound()
    {
        await using var silo = await TestSilo.Start();

        var failure = Assert.Throws<ArgumentException>(() => silo.Grains.GetGrain<INeverMade>("one"));

        Assert.Contains("No grain class implements ActorCsi.Tests.Runtime.INeverMade", failure.Message, StringComparison.Ordinal);
        Assert.Contains("<UsesGrains>true</UsesGrains>", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GrainId_OfUnknownType_FailsTheCall()
    {
        await using var silo = await TestSilo.Start();

        var failure = await Assert.ThrowsAsync<ArgumentException>(() => silo.Grains.GetGrain<ITwiceMade>(GrainId.Create("unknown", "one")).Which());

        Assert.Contains("no grain class of the type \"unknown\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_Empty_IsRefused()
    {
        await using var silo = await TestSilo.Start();

        Assert.Throws<ArgumentException>(() => silo.Grains.GetGrain<INoteGrain>(" "));
    }

    [Fact]
    public async Task Storage_Missing_SaysWhichAndHow()
    {
        await using var silo = await TestSilo.Start();

        var failure = await Assert.ThrowsAsync<OrleansConfigurationException>(() => silo.Grains.GetGrain<IHomelessGrain>("one").Call());

        Assert.Contains("The state \"thing\" of homeless/one is kept in the storage \"nowhere\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reminders_Missing_SaysHow()
    {
        await using var silo = await TestSilo.Start();

        var failure = await Assert.ThrowsAsync<OrleansConfigurationException>(
            () => silo.Grains.GetGrain<IAlarmGrain>("one").Set("x", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)));

        Assert.Contains("UseFileReminderService", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_Stopped_RefusesCalls()
    {
        await using var silo = await TestSilo.Start();
        var grain = silo.Grains.GetGrain<IChainGrain>(1);
        await silo.Cluster.StopAllSilosAsync();

        await Assert.ThrowsAsync<SiloUnavailableException>(() => grain.Call(1, yields: false).Soon());
    }

    [Fact]
    public async Task Silo_StopsWhileACallHangs_GivesUpWithTheHost()
    {
        var host = new HostBuilder().UseOrleans(_ => { }).Build();
        await host.StartAsync();
        var call = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IChainGrain>(1).Stop(new TaskCompletionSource());

        using var patience = new CancellationTokenSource();
        await patience.CancelAsync();
        await host.StopAsync(patience.Token).Soon();
        host.Dispose();

        await Assert.ThrowsAsync<SiloUnavailableException>(() => call.Soon());
    }

    [Fact]
    public async Task Silo_Killed_AnswersWaitingCallersAndLeavesNoTimerBehind()
    {
        await using var silo = await TestSilo.Start(silo => silo.UseInMemoryReminderService());
        await silo.Grains.GetGrain<IAlarmGrain>("one").Set("x", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        await silo.Grains.GetGrain<IAlarmGrain>("one").Tick(TimeSpan.FromMinutes(1));
        var running = silo.Grains.GetGrain<IChainGrain>(1).Stop(new TaskCompletionSource());
        var waiting = silo.Grains.GetGrain<IChainGrain>(1).Call(1, yields: false);

        await silo.Cluster.KillSiloAsync(silo.Cluster.Silos[0]);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => running.Soon());
        await Assert.ThrowsAsync<SiloUnavailableException>(() => waiting.Soon());
        Assert.Equal(0, silo.Time.ArmedTimers);
    }

    [Fact]
    public async Task WaitingCalls_HoweverMany_ShareOneTimer()
    {
        await using var silo = await TestSilo.Start();
        var before = silo.Time.ArmedTimers;
        var gate = new TaskCompletionSource();

        var calls = Enumerable.Range(0, 1000).Select(i => silo.Grains.GetGrain<IChainGrain>(i).Stop(gate)).ToArray();

        Assert.Equal(before + 1, silo.Time.ArmedTimers);
        silo.Time.Advance(TimeSpan.FromSeconds(30));
        foreach (var call in calls)
            await Assert.ThrowsAsync<TimeoutException>(() => call.Soon());
        gate.SetResult();
    }

    private sealed class Startup(Action action) : IStartupTask
    {
        public Task Execute(CancellationToken cancellationToken)
        {
            action();
            return Task.CompletedTask;
        }
    }
}
