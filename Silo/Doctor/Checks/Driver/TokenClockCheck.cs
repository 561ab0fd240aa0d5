using System.Runtime.CompilerServices;
using ActorCsi.Admin.V1;

namespace ActorCsi.Silo.Doctor.Checks.Driver;

/// <summary>A token that was issued in the future tells that this node's clock is behind the API server's, and needs no connection to it.</summary>
internal sealed class TokenClockCheck : ICheck
{
    private const int Enough = 20; // all nodes' tokens come from one clock
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    public string Name => "token-clock";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await node.Volumes(cancellationToken) is not { } volumes)
            yield break;
        var now = node.Time.GetUtcNow();
        var ahead = TimeSpan.Zero;
        var expired = new List<string>();
        foreach (var volume in volumes.Where(volume => volume.State != "Unknown").Take(Enough))
        {
            var report = await node.Ask(node.AdminSocket,
                (channel, options) => new Admin.V1.Admin.AdminClient(channel).InspectVolumeAsync(new() { Volume = volume.VolumeId }, options), cancellationToken);
            foreach (var token in report?.Tokens ?? [])
            {
                if (token.IssuedAt is { } issued && issued.ToDateTimeOffset() - now is var early && early > ahead)
                    ahead = early;
                if (token.ExpiresAt.ToDateTimeOffset() <= now && !expired.Contains(PodOf(volume)))
                    expired.Add(PodOf(volume));
            }
        }
        if (ahead > Tolerance)
            yield return Finding.Error($"pods have tokens that were issued {ahead.TotalSeconds:0} s in the future: this node's clock is behind", "clocks that agree within seconds", "set this node's clock (chronyc makestep), and see that NTP runs");
        if (expired.Count > 0)
            yield return Finding.Warning($"the tokens of {string.Join(", ", expired)} have expired", "kubelet's publish every 60 to 90 s with a token that is good",
                "set requiresRepublish: true in the CSIDriver object; if it is set, see kubelet's log and this node's clock");
    }

    private static string PodOf(Volume volume) => $"{volume.PodNamespace}/{volume.PodName}";
}
