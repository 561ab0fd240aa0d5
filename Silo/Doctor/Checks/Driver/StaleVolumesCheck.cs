using System.Runtime.CompilerServices;

namespace ActorCsi.Silo.Doctor.Checks.Driver;

/// <summary>Volumes that are not what they should be, gathered by what ails them.</summary>
internal sealed class StaleVolumesCheck : ICheck
{
    public string Name => "stale-volumes";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await node.Volumes(cancellationToken) is not { } volumes)
            yield break;
        var now = node.Time.GetUtcNow();
        var expired = volumes.Where(volume => volume.ExpiresAt is { } end && end.ToDateTimeOffset() <= now).ToArray();
        if (expired.Length > 0)
            yield return Finding.Error($"{expired.Length} volumes hold content that has expired, such as {PodOf(expired[0])}", "content that is renewed before its end", "see the reasons below, or: actorcsi ps --stale");
        foreach (var ailing in volumes.Where(volume => volume.Reason.Length > 0).GroupBy(volume => volume.Reason))
            yield return Finding.Warning($"{ailing.Count()} volumes are {ailing.First().State.ToLowerInvariant()}, such as {PodOf(ailing.First())}: {ailing.Key}", "volumes that serve what they should",
                "mend what the reason says; then: actorcsi refresh");
    }

    private static string PodOf(Admin.V1.Volume volume) => $"{volume.PodNamespace}/{volume.PodName} ({volume.ClassName})";
}
