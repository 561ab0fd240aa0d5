using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Certificates;
using ActorCsi.Grains.Refresh;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// Certificates from somebody in the cluster: cert-manager's issuers, or signers of Kubernetes' own. A class becomes an order, the volume's
/// <see cref="CertificateRequestGrain"/> sees to it, and what is issued becomes files.
/// </summary>
internal sealed class IssuedCertificateProvider(
    string name, ReadWish read, CertificateRequester requester, IGrainFactory grains, IReminderTable reminders, CertificateVolumes volumes,
    IOptions<VolumeOptions> volumeOptions, IOptions<ProviderLimits> limits, TimeProvider time, ILogger<IssuedCertificateProvider> log) : ISecretProvider
{
    private const string ApiServersAudience = "";

    /// <summary>How much of a fetch's time may be spent waiting for a decision: what it waited for can then still be told.</summary>
    private const double Patience = 0.8;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass)
    {
        read(secretClass);
        return requester is CertificateRequester.Pod ? TokenDemand.For(ApiServersAudience) : TokenDemand.None;
    }

    /// <summary>The issuer: one that is slow slows no other down.</summary>
    public string Endpoint(SecretProviderClass secretClass) => $"{name} {read(secretClass).Issuer} of {secretClass.Namespace}";

    /// <summary>Null: each volume has its own key.</summary>
    public string? SharingKey(FetchRequest request) => null;

    /// <inheritdoc/>
    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var wish = read(request.Class);
        var password = wish.Files.Password(request);
        var call = new CertificateCall(wish.OrderFor(request.Volume.Pod), request.Tokens[ApiServersAudience],
            request.Current.IsEmpty ? null : request.Current[0].Version, limits.Value.Timeout * Patience);
        var issued = await grains.GetGrain<ICertificateRequestGrain>(CertificateVolumes.Key(request.Volume.VolumeId, request.Source)).Issue(call, cancellationToken);
        try
        {
            return Bundle(wish, KeyType.Named(call.Order.KeyType), issued, password);
        }
        finally
        {
            issued.Key.Erase();
        }
    }

    /// <summary>Waits for nobody: the request of this volume may be in the middle of a fetch that has just been given up.</summary>
    public Task Release(string volume) => Tell(volumes.Of(volume));

    /// <inheritdoc cref="Release(string)"/>
    public Task Release(string volume, string source) => Tell(volumes.Of(volume).Where(key => key == CertificateVolumes.Key(volume, source)));

    /// <inheritdoc/>
    public async Task Resume()
    {
        if (!volumes.BeginResume())
            return; // the requests of all providers are in one list
        var table = await reminders.ReadRows(0, 0); // from 0 to 0 is the whole ring
        foreach (var row in table.Reminders.Where(row => row.ReminderName == CertificateRequestGrain.ReminderName))
        {
            var key = row.GrainId.Key.ToString()!;
            var volume = CertificateVolumes.VolumeOf(key);
            volumes.Add(key);
            if (await grains.GetGrain<IVolumeGrain>(volume).Inspect() is null)
                await Release(volume); // it went, or its publish was undone, before there was anybody to tell
        }
    }

    private Task Tell(IEnumerable<string> keys)
    {
        foreach (var key in keys)
            _ = Tell(key);
        return Task.CompletedTask;
    }

    private async Task Tell(string key)
    {
        try
        {
            await grains.GetGrain<ICertificateRequestGrain>(key).Release();
        }
        catch (Exception failure)
        {
            Log.RequestNotReleased(log, CertificateVolumes.VolumeOf(key), failure);
        }
    }

    private SecretBundle Bundle(CertificateWish wish, KeyType keyType, IssuedCertificate issued, Secret? password)
    {
        using var key = keyType.Import(issued.Key);
        var chain = IssuedChains.Read(issued.Certificate);
        try
        {
            var end = IssuedChains.End(chain[0]);
            return new SecretBundle
            {
                Files = wish.Files.Write(chain[0], key, chain.Skip(1), [.. issued.Certificate], Trusted(wish, issued), password),
                Objects = [new ObjectVersion(wish.Issuer.ToString(), chain[0].SerialNumber)],
                ExpiresAt = end,
                RefreshAt = wish.RenewBefore is { } before ? Renewal.Before(time.GetUtcNow(), end, before, volumeOptions.Value.Chance()) : null,
                RefreshWindow = LifeWindow.TwoThirds,
                NeedsNoPolling = true,
                Group = wish.Group,
            };
        }
        finally
        {
            foreach (var certificate in chain)
                certificate.Dispose();
        }
    }

    private static byte[]? Trusted(CertificateWish wish, IssuedCertificate issued)
        => wish.Trusted is { } trusted ? [.. trusted] : issued.Authority.Length > 0 || wish.WritesEmptyAuthority ? [.. issued.Authority] : null;
}

/// <summary>As whom certificates are requested.</summary>
public enum CertificateRequester
{
    /// <summary>As the pod, with its own token: approvers see who wants the certificate.</summary>
    Pod,

    /// <summary>As the driver, for pods whose service accounts may not make requests.</summary>
    Driver,
}
