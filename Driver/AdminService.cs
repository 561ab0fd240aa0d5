using System.Collections.Immutable;
using ActorCsi.Admin.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ActorCsi.Driver;

/// <summary>What operators ask, over a socket in the state directory.</summary>
internal sealed class AdminService(IVolumeIndex index, IEnumerable<IStoreLogins> stores, IGrainFactory grains, TimeProvider time, Border border) : Admin.V1.Admin.AdminBase
{
    /// <summary>A volume that is in memory answers in microseconds; one that a restart left on disk is read first.</summary>
    private const int InspectionsAtOnce = 32;

    /// <summary>Of a Kubernetes object (RFC 1123).</summary>
    private const int LongestName = 253;

    private static readonly TimeSpan InspectionTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan UsualPatience = TimeSpan.FromMinutes(1);

    public override Task<ListVolumesResponse> ListVolumes(ListVolumesRequest request, ServerCallContext context)
        => border.Answer(nameof(ListVolumes), "", context, async cancellationToken =>
        {
            var volumes = await Select(request.Selector, cancellationToken);
            var ids = volumes.Select(volume => volume.VolumeId).ToHashSet(StringComparer.Ordinal);
            return new ListVolumesResponse
            {
                Volumes = { volumes },
                Logins = { await Logins(login => login.Volumes.IsEmpty ? VolumeSelection.FitsNoVolume(login, request.Selector) : login.Volumes.Any(ids.Contains), cancellationToken) },
            };
        });

    public override Task<InspectVolumeResponse> InspectVolume(InspectVolumeRequest request, ServerCallContext context)
        => border.Answer(nameof(InspectVolume), request.Volume, context, async cancellationToken =>
        {
            var volume = await SelectOne(request.Volume, cancellationToken);
            var report = await Grain(volume).InspectInFull().WaitAsync(InspectionTimeout, time, cancellationToken);
            var response = AdminMessages.Of(report ?? throw Vanished(volume.VolumeId));
            await TellHolds([response.Volume], cancellationToken);
            response.Logins.Add(await Logins(login => login.Volumes.Contains(volume.VolumeId), cancellationToken));
            return response;
        });

    public override Task<RefreshVolumesResponse> RefreshVolumes(RefreshVolumesRequest request, ServerCallContext context)
        => border.Answer(nameof(RefreshVolumes), "", context, async cancellationToken =>
        {
            if (request.Selector is null || request.Selector.Equals(new VolumeSelector()))
                throw new VolumeException(VolumeError.Invalid, "nothing says which volumes to refresh: expected a volume, a class or a namespace");
            var volumes = await Select(request.Selector, cancellationToken);
            if (volumes.IsEmpty)
                throw new VolumeException(VolumeError.NotFound, "no volume of this node is meant by that");
            // All at once: each waits for its own provider only, and each provider's gate bounds how many it is asked for.
            var patience = request.Patience?.ToTimeSpan() ?? UsualPatience;
            var refreshed = await Task.WhenAll(volumes.Select(volume => Refresh(volume, patience, cancellationToken)));
            await TellHolds([.. refreshed.Select(volume => volume.Volume)], cancellationToken);
            return new RefreshVolumesResponse { Volumes = { refreshed } };
        });

    public override Task<HoldClassResponse> HoldClass(HoldClassRequest request, ServerCallContext context)
        => border.Answer(nameof(HoldClass), "", context, async cancellationToken =>
        {
            await Class(request.Namespace, request.Name).Hold(request.Reason);
            return new HoldClassResponse { Volumes = { await SelectOfClass(request.Namespace, request.Name, cancellationToken) } };
        });

    public override Task<ResumeClassResponse> ResumeClass(ResumeClassRequest request, ServerCallContext context)
        => border.Answer(nameof(ResumeClass), "", context, async cancellationToken =>
        {
            await Class(request.Namespace, request.Name).Resume();
            return new ResumeClassResponse { Volumes = { await SelectOfClass(request.Namespace, request.Name, cancellationToken) } };
        });

    /// <summary>A caller that goes away takes nothing back: a refresh that was begun and broken off would leave the volume stale.</summary>
    private async Task<RefreshedVolume> Refresh(Volume before, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var refreshed = new RefreshedVolume();
        try
        {
            await Grain(before).Refresh(CancellationToken.None).WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            refreshed.Pending = true;
        }
        catch (VolumeException failure) when (failure.Error is not VolumeError.Internal)
        {
            (refreshed.Error, refreshed.Message) = (failure.Error.ToString(), failure.Message);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            (refreshed.Error, refreshed.Message) = (nameof(VolumeError.Internal), border.StatusOf(failure, nameof(RefreshVolumes), before.VolumeId).Detail);
        }
        refreshed.Took = time.GetElapsedTime(began).ToDuration();
        refreshed.Volume = await Inspect(before.VolumeId, cancellationToken) ?? before;
        refreshed.Changed = refreshed.Volume.Generation != before.Generation;
        return refreshed;
    }

    private async Task<Volume> SelectOne(string words, CancellationToken cancellationToken)
    {
        if (words.Length == 0)
            throw new VolumeException(VolumeError.Invalid, "nothing says which volume: expected a volume id or its beginning, namespace/pod or namespace/pod/volume");
        if ((await index.List()).Contains(words) && await Inspect(words, cancellationToken) is { } exact)
            return exact;
        return await Select(new VolumeSelector { Volume = words }, cancellationToken) switch
        {
            [] => throw Vanished(words),
            [var one] => one,
            var several => throw new VolumeException(VolumeError.Invalid,
                $"'{words}' can be one of {several.Length} volumes: {string.Join(", ", several.Take(10).Select(volume => $"{volume.VolumeId} ({VolumeSelection.PathOf(volume)})"))}"),
        };
    }

    private async Task<ImmutableArray<Volume>> Select(VolumeSelector? selector, CancellationToken cancellationToken)
    {
        var ids = await index.List();
        var volumes = new Volume?[ids.Length];
        await Parallel.ForAsync(0, ids.Length, new ParallelOptions { MaxDegreeOfParallelism = InspectionsAtOnce, CancellationToken = cancellationToken },
            async (i, stop) => volumes[i] = await Inspect(ids[i], stop));
        var selected = VolumeSelection.Of(volumes.OfType<Volume>(), selector ?? new VolumeSelector());
        await TellHolds(selected, cancellationToken);
        return selected;
    }

    private Task<ImmutableArray<Volume>> SelectOfClass(string @namespace, string name, CancellationToken cancellationToken)
        => Select(new VolumeSelector { ClassNamespace = @namespace, ClassName = name }, cancellationToken);

    /// <summary>A hold is the class's: each class is asked once, however many volumes it has. One that cannot answer does not keep operators from the rest.</summary>
    private async Task TellHolds(ImmutableArray<Volume> volumes, CancellationToken cancellationToken)
    {
        foreach (var ofClass in volumes.Where(volume => volume.ClassName.Length > 0).GroupBy(volume => (volume.PodNamespace, volume.ClassName)))
        {
            try
            {
                if (await Class(ofClass.Key.PodNamespace, ofClass.Key.ClassName).Inspect().WaitAsync(InspectionTimeout, time, cancellationToken) is { } hold)
                    foreach (var volume in ofClass)
                        volume.Hold = AdminMessages.Of(hold);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                border.StatusOf(failure, nameof(TellHolds), "");
            }
        }
    }

    /// <summary>The volume; null when it is not published any more. One that cannot answer does not keep operators from the others.</summary>
    private async Task<Volume?> Inspect(string volumeId, CancellationToken cancellationToken)
    {
        try
        {
            var status = await grains.GetGrain<IVolumeGrain>(volumeId).Inspect().WaitAsync(InspectionTimeout, time, cancellationToken);
            return status is null ? null : AdminMessages.Of(status);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return new Volume { VolumeId = volumeId, State = "Unknown", Reason = border.StatusOf(failure, nameof(Inspect), volumeId).Detail };
        }
    }

    /// <summary>Those that are asked for, sorted. What a store cannot tell in time is left out: the volumes are what is looked for.</summary>
    private async Task<IEnumerable<Login>> Logins(Func<StoreLogin, bool> areMeant, CancellationToken cancellationToken)
    {
        var logins = new List<StoreLogin>();
        foreach (var store in stores)
        {
            try
            {
                logins.AddRange(await store.List().WaitAsync(InspectionTimeout, time, cancellationToken));
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                border.StatusOf(failure, nameof(Logins), ""); // which logs it
            }
        }
        return logins.Where(areMeant).OrderBy(login => $"{login.Namespace}/{login.ServiceAccount}/{login.Store}/{login.Role}", StringComparer.Ordinal).Select(AdminMessages.Of);
    }

    private IVolumeGrain Grain(Volume volume) => grains.GetGrain<IVolumeGrain>(volume.VolumeId);

    private IClassGrain Class(string @namespace, string name) => grains.GetGrain<IClassGrain>($"{Checked(@namespace, "namespace")}/{Checked(name, "name")}");

    private static string Checked(string name, string what)
        => name.Length is > 0 and <= LongestName && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.')
            ? name
            : throw new VolumeException(VolumeError.Invalid, $"the {what} of the class is '{name[..Math.Min(name.Length, LongestName)]}', expected lower-case letters, digits, '-' and '.'");

    private static VolumeException Vanished(string volume) => new(VolumeError.NotFound, $"there is no volume '{volume}' on this node");
}
