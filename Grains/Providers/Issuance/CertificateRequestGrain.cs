using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorCsi.Grains.Providers.Certificates;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// One volume's request for a certificate; one for each source of a volume whose class lists several.
/// <code>
///   Issue ─▶ in hand, for the same order, its certificate not shown yet? ── yes ─────────────────────────────▶ Obtain ─▶ issued: checked, given
///              │ no                                                                                             │ denied, failed, gone: no more in hand
///              ▼                                                                                                │ not decided, API server away: stays in hand
///            new key ─▶ written down ─▶ the one before is deleted ─────────────────────────────────────────────▶┘
/// </code>
/// The key is written down before the request is made, and lives as long as the request is in hand: whatever happens in between, a certificate that is issued finds its
/// key again, and no request is made twice.
/// </summary>
[KeepAlive] // it holds a key; it is collected when that is forgotten
internal sealed class CertificateRequestGrain : Grain, ICertificateRequestGrain, IRemindable
{
    /// <summary>The reminder that exists as long as there is a record: it is also the list of them.</summary>
    public const string ReminderName = "certificate-request";

    /// <summary>How long a volume may be away: kubelet comes again with a publish that failed within about two minutes.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromHours(1);
    private const int LongestName = 253;

    private readonly IPersistentState<CertificateRequestRecord> _state;
    private readonly ImmutableArray<ICertificateRequests> _requests;
    private readonly CertificateVolumes _volumes;
    private readonly KeyMaker _keys;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateRequestGrain> _log;
    private IGrainTimer? _timer;

    /// <summary>Called by the grain runtime.</summary>
    public CertificateRequestGrain(
        [PersistentState("request", CertificateRequests.StorageName)] IPersistentState<CertificateRequestRecord> state,
        IEnumerable<ICertificateRequests> requests,
        CertificateVolumes volumes,
        KeyMaker keys,
        TimeProvider time,
        ILogger<CertificateRequestGrain> log)
    {
        _state = state;
        _requests = [.. requests];
        _volumes = volumes;
        _keys = keys;
        _time = time;
        _log = log;
    }

    private CertificateRequestRecord Record => _state.State;

    /// <summary>Of <see cref="CertificateVolumes"/>.</summary>
    private string Key => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        ArmTimer();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<IssuedCertificate> Issue(CertificateCall call, CancellationToken cancellationToken)
    {
        var requests = _requests.FirstOrDefault(known => known.Kind == call.Order.Kind)
            ?? throw new VolumeException(VolumeError.ClusterUnavailable, $"{call.Order.Issuer}: certificates are requested in the cluster's API, and the driver knows none: see --kubernetes");
        _volumes.Add(Key);
        if (Record.ReleasedAt is not null)
            await Save(Record with { ReleasedAt = null });

        var isNew = Record.InHand is not { } inHand || !IsOfUse(inHand, call);
        if (isNew)
            await Begin(call, cancellationToken);
        await DeleteFormer(cancellationToken);
        var request = Record.InHand!;
        var draft = new CertificateDraft(request.Name, call.Order, request.SigningRequest, call.Token, isNew, call.Patience);
        var decision = await requests.Obtain(draft, cancellationToken);
        return await Take(request, decision, call.Order);
    }

    /// <inheritdoc/>
    public async Task Release()
    {
        if (!_state.RecordExists)
        {
            _volumes.Remove(Key);
            return;
        }
        await Save(Record with { ReleasedAt = _time.GetUtcNow() });
        ArmTimer();
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => ForgetIfForsaken();

    private static bool IsOfUse(RequestInHand request, CertificateCall call)
        => request.Key is not null && request.Order == call.Order.Fingerprint() && (request.Serial is null || request.Serial != call.Held);

    /// <summary>A new key, or the one that is used again, and a request signed with it: written down before anybody is asked.</summary>
    private async Task Begin(CertificateCall call, CancellationToken cancellationToken)
    {
        var order = call.Order;
        var type = KeyType.Named(order.KeyType);
        using var key = call.Key is { } again ? type.Import(again) : await _keys.Make(type, cancellationToken);
        var signingRequest = SigningRequest.Create(order, key);
        var now = _time.GetUtcNow();
        var former = Record.InHand;
        await Save(Record with
        {
            InHand = new RequestInHand
            {
                Name = NameFor(order, signingRequest, now),
                Order = order.Fingerprint(),
                KeyType = order.KeyType,
                Key = new Secret(key.ExportPkcs8PrivateKey()),
                SigningRequest = signingRequest,
            },
            Former = former is null ? Record.Former : Record.Former.Add(former.Name),
        });
        former?.Key?.Erase();
    }

    /// <summary>Begins with the pod's name, for people; the rest is nobody else's, also when key and names are those of the last request.</summary>
    private RequestName NameFor(CertificateOrder order, byte[] signingRequest, DateTimeOffset now)
    {
        var hash = SHA256.HashData([.. Encoding.UTF8.GetBytes($"{Key}\n{now.UtcTicks.ToString(CultureInfo.InvariantCulture)}\n"), .. signingRequest]);
        var suffix = "-" + Convert.ToHexStringLower(hash.AsSpan(0, 6));
        var isOfCluster = order.Kind is RequestKind.Kubernetes;
        var name = isOfCluster ? $"{order.Pod.Namespace}-{order.Pod.Name}" : order.Pod.Name;
        name = name.Length <= LongestName - suffix.Length ? name : name[..(LongestName - suffix.Length)];
        return new RequestName(order.Kind, isOfCluster ? "" : order.Pod.Namespace, name.TrimEnd('.', '-') + suffix);
    }

    /// <summary>Each volume leaves one request in the cluster, its last one, so that people can see how it went. The rest is the pod's, and goes with it.</summary>
    private async Task DeleteFormer(CancellationToken cancellationToken)
    {
        foreach (var former in Record.Former)
        {
            try
            {
                if (_requests.FirstOrDefault(known => known.Kind == former.Kind) is { } requests)
                    await requests.Delete(former, cancellationToken);
                _state.State = Record with { Former = Record.Former.Remove(former) }; // written with the next change: to delete twice does no harm
            }
            catch (VolumeException failure)
            {
                Log.RequestNotDeleted(_log, CertificateVolumes.VolumeOf(Key), former.Name, failure.Message);
            }
        }
    }

    /// <summary>The certificate, when it is one for our key.</summary>
    private async Task<IssuedCertificate> Take(RequestInHand request, CertificateDecision decision, CertificateOrder order)
    {
        try
        {
            if (decision.Refusal is { } refusal)
                throw refusal;
            var issued = decision.Issued!;
            using var key = KeyType.Named(request.KeyType).Import(request.Key!);
            using var certificate = IssuedChains.Check(issued, order, key, _time.GetUtcNow(), $"{order.Issuer}, request {request.Name.Name}");
            if (request.Serial is null)
                await Save(Record with { InHand = request with { Serial = certificate.SerialNumber } });
            return new IssuedCertificate(issued.Certificate, issued.Authority, request.Key!.Copy());
        }
        catch (VolumeException)
        {
            await Save(Record with { InHand = null, Former = Record.Former.Add(request.Name) }); // it will never be of use
            request.Key!.Erase();
            throw;
        }
    }

    private async Task Save(CertificateRequestRecord record)
    {
        if (!_state.RecordExists) // the reminder first: a crash in between leaves a reminder without a record, which its tick takes away
            await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
        var old = Record;
        _state.State = record;
        try
        {
            await _state.WriteStateAsync();
        }
        catch
        {
            _state.State = old;
            throw;
        }
    }

    private void ArmTimer()
    {
        if (Record.ReleasedAt is not { } since)
            return;
        var wait = since + Grace - _time.GetUtcNow();
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(ForgetIfForsaken, new GrainTimerCreationOptions(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    private async Task ForgetIfForsaken()
    {
        if (_state.RecordExists && !(Record.ReleasedAt + Grace <= _time.GetUtcNow()))
            return;
        Record.InHand?.Key?.Erase();
        if (_state.RecordExists)
            await _state.ClearStateAsync();
        _state.State = new CertificateRequestRecord();
        if (await this.GetReminder(ReminderName) is { } reminder)
            await this.UnregisterReminder(reminder);
        _volumes.Remove(Key);
        DeactivateOnIdle();
    }
}
