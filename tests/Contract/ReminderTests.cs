namespace ActorCsi.Tests.Contract;

public interface IReminderGrain : IGrainWithStringKey
{
    Task Register(string name, TimeSpan due, TimeSpan period);

    Task Unregister(string name);

    Task<List<string>> Names();

    Task Leave();
}

public sealed class ReminderGrain(Stage stage, TimeProvider time) : Grain, IReminderGrain, IRemindable
{
    public Task Register(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task Unregister(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public async Task<List<string>> Names() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName).Order()];

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var number = stage.Events.Count + 1;
        stage.Tell($"{reminderName} at {time.GetUtcNow():HH:mm}, first due {status.FirstTickTime:HH:mm}, every {status.Period.TotalMinutes:0} min");
        stage.Gate($"tick {number}").Mark();
        return reminderName == "failing" ? throw new InvalidOperationException("This tick fails.") : Task.CompletedTask;
    }
}

public interface IForgetfulGrain : IGrainWithStringKey
{
    Task Register();
}

/// <summary>Wants reminders and cannot receive any.</summary>
public sealed class ForgetfulGrain : Grain, IForgetfulGrain
{
    public Task Register() => this.RegisterOrUpdateReminder("never", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
}

/// <summary>Reminders: they come on time, also to grains that are not in memory and after the silo's end.</summary>
public sealed class ReminderTests : SiloTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private IReminderGrain Grain => Grains.GetGrain<IReminderGrain>("one");

    [Fact]
    public async Task Reminder_Due_ReachesTheGrainAndComesAgain()
    {
        await Grain.Register("refresh", 10 * Minute, 5 * Minute);

        await Tick(1, 10 * Minute);
        await Tick(2, 5 * Minute);

        Assert.Equal(["refresh at 12:10, first due 12:10, every 5 min", "refresh at 12:15, first due 12:10, every 5 min"], Stage.Events);
    }

    [Fact]
    public async Task Reminder_OfAGrainNotInMemory_ActivatesIt()
    {
        await Grain.Register("refresh", 10 * Minute, 5 * Minute);
        var gone = Cluster.WaitForDeactivationAsync(Grain);
        await Grain.Leave();
        await gone.Soon();

        await Tick(1, 10 * Minute);
    }

    [Fact]
    public async Task Reminder_AfterARestart_ComesOnTime()
    {
        await Grain.Register("refresh", 10 * Minute, 5 * Minute);
        Time.Advance(4 * Minute);

        await Restart();
        await Tick(1, 6 * Minute);
    }

    [Fact]
    public async Task Reminder_AfterACrash_ComesOnTime()
    {
        await Grain.Register("refresh", 10 * Minute, 5 * Minute);

        await Crash();
        await Tick(1, 10 * Minute);
    }

    [Fact]
    public async Task Reminder_MissedWhileNoSiloRan_ComesWithTheNextPeriod()
    {
        await Grain.Register("refresh", 10 * Minute, 5 * Minute);
        await Cluster.KillSiloAsync(Cluster.Silos[0]);
        Time.Advance(17 * Minute);

        await Cluster.StartAdditionalSiloAsync();
        await Tick(1, 3 * Minute);

        Assert.Equal(["refresh at 12:20, first due 12:10, every 5 min"], Stage.Events);
    }

    [Fact]
    public async Task Tick_Throws_TheReminderComesAgain()
    {
        await Grain.Register("failing", Minute, Minute);

        await Tick(1, Minute);
        await Tick(2, Minute);
    }

    [Fact]
    public async Task Unregister_EndsTheReminder()
    {
        await Grain.Register("unwanted", Minute, Minute);
        await Grain.Register("wanted", 5 * Minute, Minute);

        await Grain.Unregister("unwanted");

        Assert.Equal(["wanted"], await Grain.Names());
        await Tick(1, 5 * Minute);
        Assert.StartsWith("wanted", Assert.Single(Stage.Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_SameNameAgain_SetsNewTimes()
    {
        await Grain.Register("refresh", Minute, Minute);
        await Grain.Register("refresh", 30 * Minute, 30 * Minute);

        await Tick(1, 30 * Minute);

        Assert.Equal(["refresh at 12:30, first due 12:30, every 30 min"], Stage.Events);
        Assert.Equal(["refresh"], await Grain.Names());
    }

    [Fact]
    public async Task Register_PeriodBelowTheMinimum_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Grain.Register("hasty", Minute, TimeSpan.FromSeconds(59)).Soon());

    [Fact]
    public async Task Register_GrainIsNotRemindable_IsRefused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Grains.GetGrain<IForgetfulGrain>("one").Register().Soon());

    private async Task Tick(int number, TimeSpan after)
    {
        await Time.WhenArmed(after).Soon();
        Time.Advance(after);
        await Stage.Gate($"tick {number}").Reached;
    }
}
