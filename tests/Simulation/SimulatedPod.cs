using ActorCsi.Fakes;

namespace ActorCsi.Tests.Simulation;

/// <summary>
/// kubelet's dealings with one pod's volume: publish until it works, again and again while the pod lives, unpublish until that works.
/// One call at a time, a deadline of two minutes, the back-off of a real kubelet.
/// </summary>
internal sealed class SimulatedPod(World world, int number)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(10);

    private DateTimeOffset _tokenIssued = DateTimeOffset.MinValue;
    private Secret? _tokens;

    public string Name { get; } = $"pod-{number}";

    public string VolumeId => "csi-" + Name;

    public string Target => $"/var/lib/kubelet/pods/{Name}/volumes/kubernetes.io~csi/secrets/mount";

    /// <summary>Whether a publish has succeeded since the mount last vanished.</summary>
    public bool WasServed { get; set; }

    public bool IsWanted { get; private set; } = true;

    public bool IsGone { get; private set; }

    /// <summary>The highest version that a reader of this volume has seen.</summary>
    public int SeenVersion { get; set; }

    public async Task Live()
    {
        if (world.Faults.Strikes(Fault.KubeletUnpublishesUnseen))
            await Until(Unpublish);

        while (IsWanted)
        {
            await Until(Publish);
            await world.Wait(TimeSpan.FromSeconds(world.Random.Next(60, 91)));
            if (world.Faults.Strikes(Fault.PodIsDeleted))
                IsWanted = false;
        }
        await Until(Unpublish);
        IsGone = true;
        world.CheckGone(this);
    }

    private async Task Until(Func<Task<bool>> call)
    {
        var pause = TimeSpan.FromMilliseconds(500);
        while (!await call())
        {
            await world.Wait(pause);
            pause = pause * 2 < Deadline ? pause * 2 : Deadline;
            if (call == Publish && !WasServed && world.Faults.Strikes(Fault.PodIsDeleted))
            {
                IsWanted = false; // the pod goes before it ever ran
                return;
            }
        }
    }

    private async Task<bool> Publish()
    {
        var request = Request(withToken: !world.Faults.Strikes(Fault.KubeletSendsNoToken));
        var served = WasServed;
        var deadline = world.Faults.Strikes(Fault.KubeletGivesUp) ? TimeSpan.FromSeconds(world.Random.Next(1, 30)) : Deadline;
        if (world.Faults.Strikes(Fault.KubeletOverlaps))
            _ = world.Call(Name + " publish (overlapped)", deadline, (grains, token) => grains.GetGrain<IVolumeGrain>(VolumeId).Publish(request, token));

        var failure = await world.Call(Name + " publish", deadline, (grains, token) => grains.GetGrain<IVolumeGrain>(VolumeId).Publish(request, token));
        if (failure is null)
            world.CheckServed(this);
        else if (served && WasServed)
            world.CheckMayFail(this, request, failure);
        return failure is null;
    }

    private async Task<bool> Unpublish()
    {
        WasServed = false;
        var failure = await world.Call(Name + " unpublish", Deadline, async (grains, _) =>
        {
            var grain = grains.GetGrain<IVolumeGrain>(VolumeId);
            await grain.Leave();
            await grain.Unpublish(Target, CancellationToken.None); // as the driver does
        });
        return failure is null;
    }

    private PublishRequest Request(bool withToken)
    {
        var pod = new PodIdentity(SimulatedClasses.Namespace, Name, "uid-" + Name, "sa");
        var spec = new VolumeSpec(VolumeId, Target, pod, new StringMap([new(VolumeSpec.ClassAttribute, SimulatedClasses.ClassName)]),
            "SINGLE_NODE_WRITER", ReadOnly: true, FsGroup: null, MountFlags: "");
        return new PublishRequest(spec, withToken ? Tokens(pod) : null, withToken ? TokenSource.Secrets : TokenSource.None, []);
    }

    /// <summary>As kubelet's token manager: the same tokens until four fifths of their life are over.</summary>
    private Secret Tokens(PodIdentity pod)
    {
        var now = world.Now;
        if (_tokens is null || now >= _tokenIssued + (TokenLife * 0.8))
        {
            _tokenIssued = now;
            _tokens = Secret.FromText(PodTokenJson.For(pod, now, TokenLife, SimulatedProvider.Audience));
        }
        return _tokens.Copy();
    }
}
