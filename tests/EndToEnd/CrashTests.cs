using Xunit.Abstractions;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>
/// Whatever system call the driver dies in: OK only ever meant complete, key and certificate belong together, volumes that were published are served on
/// without a question to anyone, kubelet's next call heals, and after the last unpublish nothing is left.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>How many calls of one kind are tried in one step.</summary>
    private const int MostOfAKind = 3;

    private readonly TestNode _node = new();
    private FakePlugin _plugin = null!;
    private PodVolume _bystander = null!;
    private PodView _bystandersView = null!;

    public void Dispose() => _node.Dispose();

    [MountTheory(Needs.Tracing)]
    [InlineData("mkdirat", "mount", "symlinkat", "renameat", "fchmod", "rename", "fsync", "pwrite64")]
    public Task Publish_Killed_RetryHealsAndOkMeansComplete(params string[] calls) => ForEachCall(calls, async (volume, sentence) =>
    {
        var killed = await DiesIn(() => volume.Publish(), sentence);
        if (!killed)
            volume.View().CheckIsPair();
        else
            await _node.Restart();
        await volume.Publish();
        volume.View().CheckIsPair();
        return killed;
    });

    [MountTheory(Needs.Tracing)]
    [InlineData("mkdirat", "symlinkat", "renameat", "unlinkat", "fchmod", "rename", "pwrite64")]
    public Task Refresh_Killed_ReadersSeeAPairAllTheTime(params string[] calls) => ForEachCall(calls, async (volume, sentence) =>
    {
        await volume.Publish();
        await volume.Republish(); // so that there is a generation to be removed
        var mount = volume.View().Mount;

        var killed = await DiesIn(volume.Republish, sentence);
        CheckServes();
        if (killed)
        {
            await _node.Restart();
            CheckServes();
            Assert.True(volume.View().IsTidy, "the restart leaves generations behind");
        }
        await volume.Republish();
        CheckServes();
        Assert.False((await volume.Condition()).Abnormal);
        return killed;

        void CheckServes()
        {
            Assert.Equal(mount, volume.View().Mount);
            volume.View().CheckIsPair();
        }
    });

    [MountTheory(Needs.Tracing)]
    [InlineData("umount2", "unlinkat", "rename", "unlink", "fsync")]
    public Task Unpublish_Killed_RetryFindsNothingInItsWay(params string[] calls) => ForEachCall(calls, async (volume, sentence) =>
    {
        await volume.Publish();
        var killed = await DiesIn(volume.Unpublish, sentence);
        if (killed)
            await _node.Restart();
        else
            volume.CheckNothingIsLeft();
        return killed;
    });

    private async Task ForEachCall(string[] calls, Func<PodVolume, Func<DeathSentence>, Task<bool>> step)
    {
        _node.Environment.Add(DeathSentence.OneWorker);
        _node.AddClass("certificate", "pki");
        await using (_plugin = await _node.AddPlugin("vault"))
        {
            await _node.Start();
            _bystander = _node.Volume("vault", "bystander");
            await _bystander.Publish();
            _bystandersView = _bystander.View();

            var deaths = calls.Select(call => (call, 0)).ToDictionary();
            foreach (var call in calls)
                while (deaths[call] < MostOfAKind && await Try(step, call, deaths[call] + 1))
                    deaths[call]++;

            output.WriteLine($"killed {deaths.Values.Sum()} times: {string.Join(", ", deaths.Select(death => $"{death.Value} × {death.Key}"))}");
            Assert.DoesNotContain(deaths, death => death.Value == 0); // the step makes no such call: it tests nothing
        }
    }

    private async Task<bool> Try(Func<PodVolume, Func<DeathSentence>, Task<bool>> step, string call, int which)
    {
        var volume = _node.Volume("certificate", $"pod-{call}-{which}");
        try
        {
            var killed = await step(volume, () => DeathSentence.On(_node.Driver, call, which));
            await volume.Unpublish();
            volume.CheckNothingIsLeft();
            _bystander.View().CheckSameAs(_bystandersView);
            Assert.Single(_plugin.Mounts);
            return killed;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"killed in {call} number {which}: {failure.Message}\n{_node.Driver.Log}", failure);
        }
    }

    /// <summary>Whether the driver died in what kubelet asked. If not, the answer was OK.</summary>
    private async Task<bool> DiesIn(Func<Task> call, Func<DeathSentence> sentence)
    {
        using (sentence())
        {
            try
            {
                await call();
                return false;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
            {
                Assert.Equal(DriverRun.Killed, await _node.Driver.WaitForEnd());
                return true;
            }
        }
    }
}
