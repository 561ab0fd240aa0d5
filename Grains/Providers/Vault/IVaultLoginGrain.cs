using System.Collections.Immutable;
using ActorCsi.Grains.Tokens;
using Orleans.Concurrency;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// One account's login and the leases that hang on it, for all volumes that use it. The key is <see cref="VaultAccount.Key"/>; two identities never
/// have one key.
/// </summary>
[Alias("ActorCsi.IVaultLoginGrain")]
internal interface IVaultLoginGrain : IGrainWithStringKey
{
    /// <summary>
    /// Answers to <see cref="VaultFetch.Reads"/>, one for each, in that order. The source of the volume is a user of this login from now on, and of what these reads
    /// lease, until it fetches something else or is released. The caller owns the answers.
    /// </summary>
    /// <exception cref="VolumeException">One cannot be had, and why.</exception>
    [Alias("Fetch")]
    [ResponseTimeout("00:05:00")]
    Task<ImmutableArray<VaultReply>> Fetch(VaultFetch fetch, CancellationToken cancellationToken);

    /// <summary>The volume is gone, or one source of it; null for all of them. What it was the last to use is given back to the server, after the answer.</summary>
    [Alias("Release")]
    Task Release(string volume, string? source);

    /// <summary>After a restart: looks which volumes are still there, and gives back what the others used. Asks the server only for that.</summary>
    [Alias("Resume")]
    Task Resume();

    /// <summary>What there is, for operators. Nothing secret.</summary>
    [Alias("Inspect"), AlwaysInterleave]
    Task<VaultLoginStatus> Inspect();
}

/// <summary>What a volume wants.</summary>
/// <param name="Account">Whose login.</param>
/// <param name="Volume">The volume.</param>
/// <param name="Token">The pod's token, for when a login is needed.</param>
/// <param name="Reads">What to ask, each once.</param>
/// <param name="ShareFor">How old an answer may be that another volume was given…</param>
/// <param name="NewerThan">…and after when it must have been read, so that nobody is given the same reading twice; null for who has nothing.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultFetch")]
internal sealed record VaultFetch(
    [property: Id(0)] VaultAccount Account,
    [property: Id(1)] string Volume,
    [property: Id(2)] PodToken Token,
    [property: Id(3)] ImmutableArray<VaultRead> Reads,
    [property: Id(4)] TimeSpan ShareFor,
    [property: Id(5)] DateTimeOffset? NewerThan)
{
    /// <summary>Which source of the volume, where its class lists several (<see cref="FetchRequest.Source"/>).</summary>
    [Id(6)]
    public string Source { get; init; } = "";
}

/// <summary>What the server answered.</summary>
/// <param name="Body">The answer's JSON.</param>
/// <param name="IsHeld">Whether it stays the same until <paramref name="RefreshAt"/>, whoever asks: a lease that is renewed, a certificate.</param>
/// <param name="RefreshAt">When to ask again; null when nothing but an interval decides.</param>
/// <param name="ExpiresAt">When what was read stops being of use; null when it has no end.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultReply")]
internal sealed record VaultReply(
    [property: Id(0)] Secret Body,
    [property: Id(1)] bool IsHeld,
    [property: Id(2)] DateTimeOffset? RefreshAt,
    [property: Id(3)] DateTimeOffset? ExpiresAt)
{
    /// <summary>The same with bytes of its own.</summary>
    public VaultReply Copy() => this with { Body = Body.Copy() };
}

/// <summary>An account, for operators.</summary>
/// <param name="Account">Whose, where; null when there is nothing.</param>
/// <param name="Logins">How many logins live, and until when the last of them.</param>
/// <param name="Leases">How many leases, and until when the last of them.</param>
/// <param name="Volumes">Which volumes use them; none when they wait to be given back, or for their end.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultLoginStatus")]
internal sealed record VaultLoginStatus(
    [property: Id(0)] VaultAccount? Account,
    [property: Id(1)] VaultCount Logins,
    [property: Id(2)] VaultCount Leases,
    [property: Id(3)] ImmutableArray<string> Volumes);

/// <summary>How many, and until when the last of them.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultCount")]
internal readonly record struct VaultCount([property: Id(0)] int Count, [property: Id(1)] DateTimeOffset? Until);
