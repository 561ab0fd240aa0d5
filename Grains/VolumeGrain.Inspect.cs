using System.Collections.Immutable;
using ActorCsi.Grains.Tokens;

namespace ActorCsi.Grains;

// Inspect: what operators may know. Never waits for a fetch in flight, so it reads one record and changes nothing.
public sealed partial class VolumeGrain
{
    /// <summary>How many refreshes are remembered for operators. Not across restarts.</summary>
    private const int RefreshesKept = 8;

    private ImmutableArray<RefreshReport> _refreshes = []; // the latest last
    private long? _asked; // when the refresh began that is not noted yet

    /// <inheritdoc/>
    public Task<VolumeStatus?> Inspect() => Task.FromResult(Record.Spec is null ? null : Status());

    /// <inheritdoc/>
    public Task<VolumeReport?> InspectInFull() => Task.FromResult(Record.Spec is null ? null : new VolumeReport(
        Status(), Spec, Record.TokenSource, Tokens(), [.. Record.NodePublishSecrets.Select(secret => secret.Name)], Record.Failures, _refreshes)
    {
        Sources = [.. Record.Sources.Select(source => new SourceReport(source.Name, source.Provider, source.Files.Length, source.FetchedAt, source.ExpiresAt, source.RefreshAt))],
    });

    private VolumeStatus Status() => new(
        Spec.VolumeId, Record.State, Spec.Pod, Spec.ClassName, Record.Provider, Record.Targets, Record.Generations, Record.Objects,
        Record.ServedAt, Record.ExpiresAt, Record.RefreshAt, Record.Reason)
    {
        StaleSince = Record.StaleSince,
        RefreshCause = Record.RefreshCause,
        ClassDoubt = _classes.Doubt(Spec.Pod.Namespace, Spec.ClassName),
    };

    private ImmutableArray<TokenReport> Tokens()
    {
        if (Record.Tokens is not { } json)
            return [];
        try
        {
            return [.. PodTokensJson.Read(json).All.Select(Report)];
        }
        catch (VolumeException)
        {
            return []; // not what kubelet sends; the volume's reason says so
        }
    }

    private static TokenReport Report(PodToken token)
    {
        var issuedAt = JwtClaims.Read(token.Token)?.IssuedAt;
        token.Token.Erase();
        return new TokenReport(token.Audience, token.ExpiresAt, issuedAt);
    }

    private void Note(bool changed, VolumeException? failure = null)
    {
        var took = _asked is { } asked ? _time.GetElapsedTime(asked) : TimeSpan.Zero;
        _asked = null;
        var kept = _refreshes.Length < RefreshesKept ? _refreshes : _refreshes.RemoveAt(0);
        _refreshes = kept.Add(new RefreshReport(_time.GetUtcNow(), took, changed, failure?.Error, failure?.Message));
        if (HasContent)
            _observers.Refreshed(Status(), took);
    }
}
