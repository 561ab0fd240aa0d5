namespace ActorCsi.Tests.Runtime;

public interface IAlarmGrain : IGrainWithStringKey
{
    Task Set(string name, TimeSpan due, TimeSpan period);

    Task Unset(string name);

    Task<List<string>> Rung();

    Task Tick(TimeSpan every);
}

public sealed class AlarmGrain : Grain, IAlarmGrain, IRemindable
{
    private readonly List<string> _rung = [];

    public Task Set(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task Unset(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public Task Tick(TimeSpan every)
    {
        this.RegisterGrainTimer(() => Task.CompletedTask, every, every);
        return Task.CompletedTask;
    }

    public Task<List<string>> Rung() => Task.FromResult(_rung);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _rung.Add($"{reminderName} {status.CurrentTickTime:HH:mm}");
        return Task.CompletedTask;
    }
}

/// <summary>Reminders in files.</summary>
public sealed class FileReminderTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly string _directory = Path.Combine("/dev/shm", "actorcsi-" + Path.GetRandomFileName());

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Reminder_AfterACrash_ComesOnTime()
    {
        await using var silo = await Start();
        await Alarm(silo).Set("refresh", 10 * Minute, 5 * Minute);
        silo.Time.Advance(4 * Minute);

        await silo.Crash();
        silo.Time.Advance(6 * Minute);

        Assert.Equal(["refresh 12:10"], await Alarm(silo).Rung());
    }

    [Fact]
    public async Task Reminder_Unregistered_LeavesNoFile()
    {
        await using var silo = await Start();
        await Alarm(silo).Set("refresh", 10 * Minute, 5 * Minute);
        await Alarm(silo).Unset("refresh");

        Assert.Empty(Directory.GetFiles(_directory, "*", SearchOption.AllDirectories));
        await silo.Crash();
        silo.Time.Advance(60 * Minute);
        Assert.Empty(await Alarm(silo).Rung());
    }

    [Fact]
    public async Task File_Spoilt_IsSetAsideAndTheOthersCome()
    {
        await using var silo = await Start();
        await Alarm(silo).Set("spoilt", Minute, Minute);
        await Alarm(silo).Set("sound", Minute, Minute);
        var path = Path.Combine(_directory, "alarm", "one~spoilt");
        await File.WriteAllTextAsync(path, "{");

        await silo.Crash();
        silo.Time.Advance(Minute);

        Assert.Equal(["sound 12:01"], await Alarm(silo).Rung());
        Assert.True(File.Exists(Path.Combine(_directory, "alarm", ".bad-one~spoilt")));
        Assert.Single(silo.Log.Lines, line => line.Contains("one~spoilt is set aside", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"startAt\":\"soon\",\"periodTicks\":600000000}")]
    [InlineData("{\"startAt\":\"2026-01-01T12:00:00Z\",\"periodTicks\":0}")]
    public async Task Record_NoReminder_IsSetAside(string payload)
    {
        await using var silo = await Start();
        await Alarm(silo).Set("spoilt", Minute, Minute);
        await using (var file = File.Create(Path.Combine(_directory, "alarm", "one~spoilt")))
            GrainEngine.RecordFormat.Write(file, new GrainEngine.Record(GrainId.Create("alarm", "one"), "spoilt", "", System.Text.Encoding.UTF8.GetBytes(payload)));

        await silo.Crash();
        silo.Time.Advance(Minute);

        Assert.Empty(await Alarm(silo).Rung());
        Assert.True(File.Exists(Path.Combine(_directory, "alarm", ".bad-one~spoilt")));
    }

    [Fact]
    public async Task Reminder_DueInAYear_Comes()
    {
        await using var silo = await Start();
        await Alarm(silo).Set("yearly", TimeSpan.FromDays(365), TimeSpan.FromDays(365));

        silo.Time.Advance(TimeSpan.FromDays(364));
        Assert.Empty(await Alarm(silo).Rung());
        silo.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(["yearly 12:00"], await Alarm(silo).Rung());
    }

    private static IAlarmGrain Alarm(TestSilo silo) => silo.Grains.GetGrain<IAlarmGrain>("one");

    private Task<TestSilo> Start() => TestSilo.Start(silo => silo.UseFileReminderService(options => options.Directory = _directory));
}
