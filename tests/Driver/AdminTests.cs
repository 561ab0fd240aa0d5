using System.Collections.Immutable;

namespace ActorCsi.Tests.Driver;

/// <summary>What operators are told of the node's volumes.</summary>
public class AdminTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task ListVolumes_Several_ByPodThenId()
    {
        await using var driver = await RunningDriver.Start();
        foreach (var (id, pod) in new[] { ("csi-1", "web-b"), ("csi-2", "web-a"), ("csi-3", "web-a") })
            driver.Volumes.Published[id] = Status(id, pod);
        using var channel = Kubelet.Connect(driver.Options.AdminSocketPath!);

        var answer = await new Admin.V1.Admin.AdminClient(channel).ListVolumesAsync(new());

        Assert.Equal(["csi-2", "csi-3", "csi-1"], answer.Volumes.Select(volume => volume.VolumeId));
    }

    [Fact]
    public async Task ListVolumes_Stale_TellsWhyAndWhen()
    {
        await using var driver = await RunningDriver.Start();
        driver.Volumes.Published["csi-1"] = Status("csi-1", "web") with { State = VolumeState.Stale, Reason = "vault is sealed", RefreshAt = Noon.AddMinutes(1) };
        using var channel = Kubelet.Connect(driver.Options.AdminSocketPath!);

        var volume = Assert.Single((await new Admin.V1.Admin.AdminClient(channel).ListVolumesAsync(new())).Volumes);

        Assert.Equal(("Stale", "vault is sealed", "shop", "web", "db-password"), (volume.State, volume.Reason, volume.PodNamespace, volume.PodName, volume.ClassName));
        Assert.Equal(Noon.AddMinutes(1), volume.RefreshAt.ToDateTimeOffset());
        Assert.Null(volume.ExpiresAt);
    }

    private static VolumeStatus Status(string id, string pod) => new(
        id, VolumeState.Serving, new PodIdentity("shop", pod, "uid", "default"), "db-password", "vault", ImmutableArray.Create($"/pods/{id}/mount"),
        Generation: 3, Objects: [], ServedAt: Noon, ExpiresAt: null, RefreshAt: null, Reason: null);
}
