using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>The reads: shared, held, asked.</summary>
internal sealed partial class VaultLoginGrain
{
    /// <summary>How long a read that was denied to a new login, too, is not tried with another.</summary>
    private static readonly TimeSpan DenialPause = TimeSpan.FromMinutes(1);

    private readonly Dictionary<VaultRead, Task<VaultReply>> _asking = [];
    private readonly Dictionary<VaultRead, Recent> _recent = [];
    private readonly Dictionary<VaultRead, DateTimeOffset> _denied = [];
    private readonly List<Secret> _outdated = [];

    private async Task<VaultReply> Reading(VaultRead read, VaultFetch fetch)
    {
        if (Holding(read) is { Body: not null } holding && holding.RenewAt > Now)
            return holding.Reply.Copy();
        if (_recent.TryGetValue(read, out var recent) && recent.ReadAt + fetch.ShareFor > Now && !(recent.ReadAt <= fetch.NewerThan))
            return recent.Reply.Copy();

        if (!_asking.TryGetValue(read, out var asking))
        {
            asking = Ask(read);
            if (!asking.IsCompleted)
                _asking.Add(read, asking);
        }
        return (await asking).Copy();
    }

    private VaultHolding? Holding(VaultRead read) => _record.Holdings.FirstOrDefault(holding => !holding.IsLeft && holding.Read == read);

    private async Task<VaultReply> Ask(VaultRead read)
    {
        try
        {
            if (Holding(read) is { } due && await Renew(due) is { } renewed)
                return renewed.Reply;
            var (answer, login) = await AskAs(read);
            using (answer)
            {
                var reply = answer.IsSuccess ? Keep(read, answer, login) : throw VaultFailures.Read(Account, read, answer, login.Token!);
                if (reply.IsHeld)
                    await Save();
                return reply;
            }
        }
        finally
        {
            _asking.Remove(read);
        }
    }

    private async Task<(HttpAnswer Answer, VaultLogin Login)> AskAs(VaultRead read)
    {
        var next = _record.NextLogin;
        var login = await Login();
        var answer = await Api.Read(read, login.Token!, CancellationToken.None);
        var isNew = login.Number >= next;
        if (answer.Status != 403 || isNew || (_denied.TryGetValue(read, out var until) && until > Now))
            return (answer, login);

        if (await Doubt(login) is var (other, isTrial))
        {
            answer.Dispose();
            (answer, login) = (await Api.Read(read, other.Token!, CancellationToken.None), other);
            if (answer.Status != 403)
            {
                if (isTrial)
                    Promote(other);
                return (answer, login);
            }
        }
        _denied[read] = Now + DenialPause;
        return (answer, login);
    }

    /// <summary>The holding with new time to live; null when it has to be read anew.</summary>
    private async Task<VaultHolding?> Renew(VaultHolding due)
    {
        if (!due.IsRenewable || due.Body is null || due.Lease is not { } lease)
            return null;
        var login = await Login();
        if (login.Number != due.Login) // it ends with its login, whoever renews it
            return null;
        // Little is granted when its longest life is near: then there is time yet to have another before it ends.
        if (await Api.RenewLease(lease.ExposeText(), due.Life, login.Token!, CancellationToken.None) is not { } granted || granted < due.Life / 2)
            return null;
        var renewed = due with { ExpiresAt = Now + granted, RenewAt = Now + Due(granted, isRenewable: true) };
        _record = _record with { Holdings = [.. _record.Holdings.Select(holding => holding == due ? renewed : holding)] };
        return renewed;
    }

    private VaultReply Keep(VaultRead read, HttpAnswer answer, VaultLogin login)
    {
        using var envelope = VaultAnswer.Read(answer.Body) ?? throw VaultFailures.NoJson(Account, read, answer);
        if (Term(read, envelope) is { } term)
            return Hold(read, answer.Body.Copy(), envelope.LeaseId, login, term);

        var reply = new VaultReply(answer.Body.Copy(), IsHeld: false, envelope.TimeToLive is { } rest ? Now + rest + TimeSpan.FromSeconds(1) : null, null);
        if (_recent.Remove(read, out var before))
            _outdated.Add(before.Reply.Body);
        _recent[read] = new Recent(reply, Now);
        return reply;
    }

    /// <summary>How long an answer stays good by itself; null when it does not say, and is asked for again and again.</summary>
    private (TimeSpan Life, TimeSpan Due, DateTimeOffset ExpiresAt, bool IsRenewable)? Term(VaultRead read, VaultAnswer envelope)
    {
        if (read.Writes && Validity(envelope) is { } validity)
        {
            var life = validity.NotAfter - validity.NotBefore; // as the server counts: our clock may be another
            return (life, Due(life, isRenewable: true), validity.NotAfter, false);
        }
        if (envelope.LeaseId.Length == 0 || envelope.LeaseDuration <= TimeSpan.Zero)
            return null;
        return (envelope.LeaseDuration, Due(envelope.LeaseDuration, envelope.IsRenewable), Now + envelope.LeaseDuration, envelope.IsRenewable);
    }

    private VaultReply Hold(VaultRead read, Secret body, string lease, VaultLogin login, (TimeSpan Life, TimeSpan Due, DateTimeOffset ExpiresAt, bool IsRenewable) term)
    {
        var held = new VaultHolding
        {
            Read = read,
            Body = body,
            Lease = lease.Length == 0 ? null : Secret.FromText(lease),
            Login = login.Number,
            Life = term.Life,
            ExpiresAt = term.ExpiresAt,
            RenewAt = Now + term.Due,
            IsRenewable = term.IsRenewable,
            HasLease = lease.Length > 0,
        };
        // What it takes the place of is in pods yet, so it is left to its end. Without a lease there is nothing to give back.
        var before = Holding(read);
        if (before?.Body is { } old)
            _outdated.Add(old);
        _record = _record with
        {
            Holdings = [.. _record.Holdings
                .Where(holding => holding != before || holding.HasLease)
                .Select(holding => holding == before ? holding with { IsLeft = true, Body = null } : holding), held],
        };
        return held.Reply;
    }

    /// <summary>Two thirds of the life for what can be renewed or is issued anew without loss, nine tenths for a lease that runs to its end; each up to a tenth sooner.</summary>
    private TimeSpan Due(TimeSpan life, bool isRenewable) => life * ((isRenewable ? 2.0 / 3 : 0.9) - (0.1 * _chance()));

    private static (DateTimeOffset NotBefore, DateTimeOffset NotAfter)? Validity(VaultAnswer envelope)
    {
        if (envelope.Certificate is not { } text)
            return null;
        try
        {
            using var certificate = text.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromPem(text)
                : X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text)); // format: der
            return (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Forgets what nobody can be reading any more.</summary>
    private void Sweep()
    {
        if (_working > 0)
            return;
        foreach (var secret in _outdated)
            secret.Erase();
        _outdated.Clear();
        foreach (var (read, recent) in _recent.Where(recent => !_record.IsUsed(recent.Key)))
        {
            recent.Reply.Body.Erase();
            _recent.Remove(read);
        }
        foreach (var read in _denied.Keys.Where(read => !_record.IsUsed(read)))
            _denied.Remove(read);
    }

    /// <summary>A reading, and when it was.</summary>
    private sealed record Recent(VaultReply Reply, DateTimeOffset ReadAt);
}
