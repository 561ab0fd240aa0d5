using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Grains.Tokens;
using Microsoft.Extensions.Options;

namespace ActorCsi.Grains.Providers.Sources;

/// <summary>
/// Several providers in one volume: a class of provider <c>sources</c> lists them, and their files land together or not at all
/// (docs/decisions/0014-sources-stand-in-the-class.md).
/// <code>
///   Fetch ─▶ each source: in place and not due? ──▶ its files, as the volume shows them
///                         else ───────────────────▶ its own session, as if the pod had a volume of it alone:
///                                                   the tokens of its audiences, sharing, gate, breaker, schedule
///         ─▶ all there? one bundle, due when the first of them is
///            one failed? none; what the others gave is put aside for the next try
/// </code>
/// To the volume it is a provider like any other, and to the providers it is a volume like any other. It asks nobody itself, so it has no gate.
/// </summary>
internal sealed class SourcesProvider(
    Lazy<IProviderCatalog> providers, Lazy<ITmpfs> tmpfs, IGrainFactory grains, IOptions<VolumeOptions> options, TimeProvider time) : ISecretProvider
{
    /// <summary>What stands in spec.provider.</summary>
    public const string ProviderName = "sources";

    private readonly PartsAside _aside = new();

    /// <inheritdoc/>
    public string Name => ProviderName;

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass)
    {
        var failures = new SourceFailures();
        var demands = new List<TokenDemand>();
        foreach (var source in SourcesClass.Of(secretClass))
        {
            try
            {
                RefreshParameters.Of(source.Class);
                demands.Add(providers.Value.Find(source.Class.Provider).Demand(source.Class));
            }
            catch (VolumeException failure)
            {
                failures.Add(source, failure);
            }
        }
        failures.ThrowIfAny();
        return TokenDemand.OfEach(demands);
    }

    /// <inheritdoc/>
    public string? Endpoint(SecretProviderClass secretClass) => null;

    /// <summary>Null: what a source gives is shared as its own provider allows.</summary>
    public string? SharingKey(FetchRequest request) => null;

    /// <inheritdoc/>
    public bool IsOutdated(SecretProviderClass secretClass, ImmutableArray<ObjectVersion> held)
        => SourcesClass.Of(secretClass).Any(source => IsOutdated(
            source, [.. held.Where(known => known.Id.StartsWith(IdOf(source.Name, ""), StringComparison.Ordinal)).Select(known => known with { Id = known.Id[IdOf(source.Name, "").Length..] })]));

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var sources = SourcesClass.Of(request.Class);
        var known = Known(request, sources);
        var outcomes = await Task.WhenAll(sources.Select(source => Part(source, known.FirstOrDefault(part => part.State.IsOf(source)), request, cancellationToken)));
        ImmutableArray<SourcePart> parts = [.. outcomes.Select(outcome => outcome.Part).OfType<SourcePart>()];
        try
        {
            Require(outcomes);
            SourceFiles.RefuseClashes(request.Class, parts);
        }
        catch (Exception failure)
        {
            PutAside(request.Volume.VolumeId, parts, failure);
            throw;
        }
        await ReleaseFormer(request, sources);
        return Together(parts);
    }

    /// <inheritdoc/>
    public Task Release(string volume)
    {
        foreach (var part in _aside.Take(volume))
            part.Erase();
        return Task.CompletedTask;
    }

    /// <summary>What is at hand of the sources: what was put aside at the last try, else what the volume shows.</summary>
    private List<SourcePart> Known(FetchRequest request, ImmutableArray<Source> sources)
    {
        var known = new List<SourcePart>();
        foreach (var part in _aside.Take(request.Volume.VolumeId))
        {
            if (!(part.State.FetchedAt <= request.NewerThan) && sources.Any(part.State.IsOf))
                known.Add(part);
            else
                part.Erase();
        }
        foreach (var shown in request.Sources)
            if (!known.Exists(part => part.State.Name == shown.Name) && sources.Any(shown.IsOf)
                && SourceFiles.InPlace(tmpfs.Value, request.Volume.TargetPath, shown) is { } part)
                known.Add(part);
        return known;
    }

    /// <summary>The part of one source: what is known of it, if it is not due, else what its provider gives. Takes over <paramref name="known"/>, and never fails.</summary>
    private async Task<Outcome> Part(Source source, SourcePart? known, FetchRequest request, CancellationToken cancellationToken)
    {
        if (known is not null && !known.State.IsDue(time.GetUtcNow()) && !IsOutdated(source, known.State.Objects))
            return new Outcome(source, known, null);
        try
        {
            var part = await Ask(source, known, request, cancellationToken);
            if (known is not null && known.Files != part.Files)
                known.Erase();
            return new Outcome(source, part, null);
        }
        catch (Exception failure) // told when all sources have ended
        {
            known?.Erase();
            return new Outcome(source, null, failure);
        }
    }

    private bool IsOutdated(Source source, ImmutableArray<ObjectVersion> held) => providers.Value.Find(source.Class.Provider).IsOutdated(source.Class, held);

    private async Task<SourcePart> Ask(Source source, SourcePart? known, FetchRequest request, CancellationToken cancellationToken)
    {
        var provider = providers.Value.Find(source.Class.Provider);
        var demand = provider.Demand(source.Class);
        var session = SessionKey.Of(provider, demand, source.Class, request.Volume.Pod);
        var asked = request with
        {
            Class = source.Class,
            Source = source.Name,
            Directory = source.Directory,
            Sources = [],
            Tokens = TokenCheck.Choose(request.Tokens, demand, request.Volume.Pod, time.GetUtcNow()),
            Current = known?.State.Objects ?? [],
            NewerThan = known?.State.FetchedAt ?? request.NewerThan,
            IsRenewal = known is { State.RefreshCause: RefreshCause.Expiry },
            Urgency = request.Urgency.IsFirst ? request.Urgency : new FetchUrgency(false, known?.State.ExpiresAt),
        };
        var bundle = await grains.GetGrain<ISessionGrain>(session).Fetch(asked, cancellationToken);
        var fetchedAt = bundle.FetchedAt ?? time.GetUtcNow();
        var next = bundle.StaleBecause is null
            ? RefreshSchedule.After(bundle, fetchedAt, RefreshParameters.Of(source.Class).Policy(options.Value), JitterSeed.Of(session, provider, asked))
            : new PlannedRefresh(time.GetUtcNow(), RefreshCause.Retry);
        var files = SourceFiles.Of(source, bundle, known);
        return new SourcePart(
            new SourceState
            {
                Name = source.Name,
                Provider = source.Class.Provider,
                Fingerprint = source.Fingerprint,
                Files = [.. files.Select(file => new SourceFile(file.Path, file.Mode))],
                Objects = bundle.Objects,
                FetchedAt = fetchedAt,
                ExpiresAt = bundle.ExpiresAt,
                RefreshAt = next.At,
                RefreshCause = next.Cause,
                FollowsTokens = bundle.FollowsTokens,
            },
            files)
        {
            StaleBecause = bundle.StaleBecause,
            MayBeOlder = bundle.MayBeOlder,
        };
    }

    /// <exception cref="VolumeException">Sources have failed, and which and why.</exception>
    private static void Require(Outcome[] outcomes)
    {
        var failures = new SourceFailures();
        foreach (var (source, _, failure) in outcomes)
        {
            if (failure is VolumeException told)
                failures.Add(source, told);
            else if (failure is not null)
                ExceptionDispatchInfo.Throw(failure); // given up, or a bug
        }
        failures.ThrowIfAny();
    }

    /// <summary>Not what the volume shows, which is read there again; and nothing of a fetch that was given up: its volume may be gone before this is done.</summary>
    private void PutAside(string volume, ImmutableArray<SourcePart> parts, Exception failure)
    {
        var kept = failure is VolumeException ? parts.RemoveAll(part => part.IsInPlace || part.StaleBecause is not null) : [];
        foreach (var part in parts.Except(kept))
            part.Erase();
        _aside.Put(volume, kept);
    }

    /// <summary>The class has lost a source: what its provider took out for it may be given back, though the volume goes on.</summary>
    private async Task ReleaseFormer(FetchRequest request, ImmutableArray<Source> sources)
    {
        foreach (var former in request.Sources.Where(former => !sources.Any(source => source.Name == former.Name && source.Class.Provider == former.Provider)))
        {
            try
            {
                await providers.Value.Find(former.Provider).Release(request.Volume.VolumeId, former.Name);
            }
            catch (VolumeException)
            {
                // Its plugin is gone too, and plugins take out nothing that they could be told to give back.
            }
        }
    }

    private static SecretBundle Together(ImmutableArray<SourcePart> parts)
    {
        var stale = parts.FirstOrDefault(part => part.StaleBecause is not null);
        return new SecretBundle
        {
            Files = [.. parts.SelectMany(part => part.Files)],
            Objects = [.. parts.SelectMany(part => part.State.Objects.Select(known => known with { Id = IdOf(part.State.Name, known.Id) }))],
            ExpiresAt = parts.Min(part => part.State.ExpiresAt),
            NeedsNoPolling = true,
            FollowsTokens = parts.Any(part => part.State.FollowsTokens),
            MayBeOlder = parts.Any(part => part.MayBeOlder),
            FetchedAt = stale?.State.FetchedAt,
            StaleBecause = stale is null ? null : $"source '{stale.State.Name}': {stale.StaleBecause}",
            Sources = [.. parts.Select(part => part.State)],
        };
    }

    /// <summary>What an object of a source is called in the volume: two sources may have objects of one name.</summary>
    private static string IdOf(string source, string id) => $"{source}/{id}";

    /// <summary>What came of one source.</summary>
    private sealed record Outcome(Source Source, SourcePart? Part, Exception? Failure);
}
