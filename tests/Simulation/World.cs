using System.Globalization;
using System.Text;
using ActorCsi.Fakes;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Simulation;

/// <summary>
/// Everything around the driver, and the driver: one node with a handful of pods, on virtual time, on one thread, from one seed.
/// </summary>
/// <remarks>
/// The grains are the real ones on the real grain engine; kernel, disk, provider and kubelet are models with faults drawn from the seed.
/// After every step the invariants are checked. Then everything is healed, and within bounded time every volume that is wanted must serve the
/// newest version and every other must be gone.
/// </remarks>
internal sealed class World
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Storm = TimeSpan.FromMinutes(40);
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(30);
    private const int MostSteps = 200_000;

    private readonly SeededScheduler _scheduler;
    private readonly VirtualTime _clock = new(Begin);
    private readonly MemoryKernel _kernel = new();
    private readonly MemoryDisk _disk = new();
    private readonly SimulatedStore _store = new();
    private readonly SimulatedClasses _classes = new();
    private readonly List<SimulatedPod> _pods = [];
    private readonly StringBuilder _trace = new();
    private SimulatedDriver _driver = null!;
    private int _steps;
    private int _lives;
    private bool _isDown;
    private Exception? _unexpected;

    private World(int seed)
    {
        Seed = seed;
        Random = new Random(seed);
        Faults = new Faults(Random);
        _scheduler = new SeededScheduler(Random);
    }

    public int Seed { get; }

    public Random Random { get; }

    public Faults Faults { get; }

    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Runs the seed to its end and gives the trace; the same seed gives the same trace.</summary>
    /// <exception cref="SimulationFault">An invariant did not hold, or no progress was made after healing.</exception>
    public static string Run(int seed)
    {
        var world = new World(seed);
        // A test runner's context would take the continuations away from the seed's scheduler.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            world.Live();
            return world._trace.ToString();
        }
        catch (Exception fault) when (fault is not SimulationFault)
        {
            throw world.Found(FaultKind.Crash, fault.ToString());
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void Live()
    {
        Trace($"seed {Seed}, faults {Faults}");
        StartDriver();
        var count = Random.Next(1, 6);
        for (var i = 0; i < count; i++)
            StartPod();

        RunUntil(Begin + Storm, () => false);

        Trace("healed");
        Faults.Heal();
        _store.Version++;
        StartPod();
        if (!RunUntil(Begin + Storm + Calm, IsAsItShouldBe))
            throw Found(FaultKind.NoProgress, $"{Calm.TotalMinutes} minutes after everything was healed: {WhatIsMissing()}");
        _driver.End();
    }

    private void StartPod()
    {
        var pod = new SimulatedPod(this, _pods.Count);
        _pods.Add(pod);
        Start(pod.Live);
    }

    /// <summary>Runs what is ready, else moves the clock to the next timer, until <paramref name="time"/> or until <paramref name="done"/>.</summary>
    private bool RunUntil(DateTimeOffset time, Func<bool> done)
    {
        while (!done())
        {
            if (++_steps > MostSteps)
                throw Found(FaultKind.NoProgress, $"{MostSteps} steps and no end: something goes round in circles");
            if (_scheduler.RunOne())
            {
                CheckReaders();
                if (_unexpected is not null)
                    throw Found(FaultKind.Crash, _unexpected.ToString());
                if (!_isDown && (_driver.Life.IsOver || Faults.StrikesRarely(Fault.CrashAnywhere)))
                    RestartDriver();
                continue;
            }
            Meddle();
            var next = _clock.NextTimer ?? time - Now;
            if (Now + next >= time)
            {
                _clock.Advance(time - Now);
                return done();
            }
            _clock.Advance(next);
        }
        return true;
    }

    /// <summary>What happens from outside, between two moments.</summary>
    private void Meddle()
    {
        if (Faults.StrikesRarely(Fault.ClassChanges))
            _classes.Change(Random.Next(1000).ToString(CultureInfo.InvariantCulture));
        if (_kernel.Mounts.Count > 0 && Faults.StrikesRarely(Fault.MountVanishes))
        {
            var target = _kernel.Mounts.Keys.ElementAt(Random.Next(_kernel.Mounts.Count));
            _kernel.Mounts.Remove(target);
            Trace($"somebody unmounts {target}");
            if (_pods.FirstOrDefault(pod => pod.Target == target) is { } pod)
                (pod.WasServed, pod.SeenVersion) = (false, 0);
        }
    }

    private void StartDriver() => _driver = new SimulatedDriver(_scheduler, _clock, Random, Faults, _kernel, _disk, _store, _classes);

    private void RestartDriver()
    {
        Trace($"crash {++_lives}");
        _driver.End();
        _isDown = true;
        Start(async () =>
        {
            await Wait(TimeSpan.FromSeconds(Random.Next(1, 10)));
            StartDriver();
            _isDown = false;
        });
    }

    /// <summary>Starts something of its own on the simulation's thread; that it fails is a fault of the simulation.</summary>
    private void Start(Func<Task> work)
        => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, _scheduler).Unwrap().ContinueWith(
            task => _unexpected ??= task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, _scheduler);

    public Task Wait(TimeSpan span) => Task.Delay(span, _clock);

    /// <summary>One call as kubelet makes it: it ends with the answer, with the deadline, or with the driver. Gives the failure, or null.</summary>
    public async Task<Exception?> Call(string what, TimeSpan deadline, Func<IGrainFactory, CancellationToken, Task> call)
    {
        var driver = _driver;
        using var giveUp = new CancellationTokenSource(deadline, _clock);
        Exception? failure = null;
        try
        {
            var answer = call(driver.Grains, giveUp.Token);
            await First(answer, driver.Died, giveUp.Token);
            if (!answer.IsCompleted)
                throw driver.Died.IsCompleted ? new ProcessDied() : new OperationCanceledException("deadline");
            await answer;
            if (driver.Life.IsOver)
                throw new ProcessDied(); // the answer never reached kubelet
        }
        catch (Exception e)
        {
            failure = e;
        }
        Trace($"{what} → {(failure is VolumeException volume ? volume.Error.ToString() : failure?.GetType().Name ?? "OK")}");
        return failure;
    }

    /// <summary>Task.WhenAny would complete on the thread pool, and the run would no longer be the seed's alone.</summary>
    private async Task First(Task answer, Task died, CancellationToken giveUp)
    {
        var settled = new TaskCompletionSource();
        using var registration = giveUp.Register(() => settled.TrySetResult());
        _ = answer.ContinueWith(_ => settled.TrySetResult(), CancellationToken.None, TaskContinuationOptions.None, _scheduler);
        _ = died.ContinueWith(_ => settled.TrySetResult(), CancellationToken.None, TaskContinuationOptions.None, _scheduler);
        await settled.Task;
    }

    /// <summary>OK means complete.</summary>
    public void CheckServed(SimulatedPod pod)
    {
        // The pod may have been answered before the mount vanished or was unpublished; the mark below is what later checks go by.
        if (_kernel.Mounts.GetValueOrDefault(pod.Target) is not { Generation: not null, Files.Count: 3 })
            throw Found(FaultKind.WrongResult, $"{pod.Name} was told OK, and its volume is not complete");
        pod.WasServed = true;
    }

    /// <summary>Content in place is never denied: what may be answered then is that the token is missing, or that the caller or the process was gone.</summary>
    public void CheckMayFail(SimulatedPod pod, PublishRequest request, Exception failure)
    {
        var may = failure is ProcessDied or OperationCanceledException or TimeoutException or Orleans.Runtime.OrleansException
            || (failure is VolumeException { Error: VolumeError.TokenMissing } && request.Tokens is null);
        if (!may)
            throw Found(FaultKind.WrongResult, $"{pod.Name} has its files and was told {failure}");
    }

    /// <summary>After an unpublish nothing is left.</summary>
    public void CheckGone(SimulatedPod pod)
    {
        if (_kernel.Mounts.ContainsKey(pod.Target))
            throw Found(FaultKind.WrongResult, $"{pod.Name} was unpublished and its mount is still there");
    }

    /// <summary>What every reader sees is one bundle, the pod's own, and never an older one than before.</summary>
    private void CheckReaders()
    {
        foreach (var pod in _pods)
        {
            if (_kernel.Mounts.GetValueOrDefault(pod.Target) is not { Generation: not null } mount)
            {
                pod.SeenVersion = 0;
                continue;
            }
            var versions = mount.Files.Values.Select(SimulatedStore.VersionOf).Distinct().ToArray();
            if (versions.Length != 1 || mount.Files.Values.Any(content => !content.EndsWith(pod.Name, StringComparison.Ordinal)))
                throw Found(FaultKind.WrongResult, $"{pod.Name} shows a mixed bundle: {string.Join(", ", mount.Files.Values)}");
            if (versions[0] < pod.SeenVersion)
                throw Found(FaultKind.WrongResult, $"{pod.Name} went back from version {pod.SeenVersion} to {versions[0]}");
            pod.SeenVersion = versions[0];
        }
    }

    private bool IsAsItShouldBe() => WhatIsMissing() is null;

    private string? WhatIsMissing()
    {
        foreach (var pod in _pods)
        {
            if (pod.IsWanted && pod.SeenVersion != _store.Version)
                return $"{pod.Name} shows version {pod.SeenVersion}, the newest is {_store.Version}";
            if (!pod.IsWanted && !pod.IsGone)
                return $"{pod.Name} is not gone";
        }
        var wanted = _pods.Where(pod => pod.IsWanted).ToArray();
        if (!_kernel.Mounts.Keys.SequenceEqual(wanted.Select(pod => pod.Target)))
            return $"mounted: {string.Join(' ', _kernel.Mounts.Keys)}";
        if (_disk.Records.Count != wanted.Length || _disk.Reminders.Count != wanted.Length)
            return $"records: {string.Join(' ', _disk.Records.Keys)}; reminders: {string.Join(' ', _disk.Reminders.Keys)}";
        return _kernel.Mounts.FirstOrDefault(mount => mount.Value.Orphans > 0) is { Key: { } target } ? $"{target} has orphan generations" : null;
    }

    private void Trace(string line)
    {
        if (line.Contains(SimulatedStore.Canary, StringComparison.Ordinal) || line.Contains(PodTokenJson.Canary, StringComparison.Ordinal))
            throw Found(FaultKind.WrongResult, "a secret was printed");
        _trace.Append((Now - Begin).ToString("c", CultureInfo.InvariantCulture)).Append(' ').AppendLine(line);
    }

    private SimulationFault Found(FaultKind kind, string what)
    {
        var log = string.Join(Environment.NewLine, _trace.ToString().Split(Environment.NewLine).TakeLast(40));
        return new SimulationFault(kind, $"seed {Seed}: {what}{Environment.NewLine}replay with: dotnet run --project tests/Simulation -- {Seed} 1{Environment.NewLine}{log}");
    }
}

/// <summary>How a simulation went wrong; also the exit code of the program.</summary>
internal enum FaultKind
{
    WrongResult = 1,
    NoProgress = 2,
    Crash = 3,
    NotRepeatable = 4,
}

/// <summary>A seed that found something.</summary>
internal sealed class SimulationFault(FaultKind kind, string message) : Exception(message)
{
    public FaultKind Kind { get; } = kind;
}
