using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// What an account's grain remembers across restarts: enough to renew and to give back. Tokens, lease ids and answers are <see cref="Secret"/>s: where the
/// state directory is on a disk they are left out, and what they stood for lives until its own end.
/// </summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultLoginRecord")]
internal sealed record VaultLoginRecord
{
    public static VaultLoginRecord Empty { get; } = new();

    /// <summary>Whose, where.</summary>
    [Id(0)]
    public VaultAccount? Account { get; init; }

    /// <summary>The newest first. Those behind it are kept for the leases that hang on them.</summary>
    [Id(1)]
    public ImmutableArray<VaultLogin> Logins { get; init; } = [];

    /// <summary>What is leased, and what was issued.</summary>
    [Id(2)]
    public ImmutableArray<VaultHolding> Holdings { get; init; } = [];

    /// <summary>Which volume reads what.</summary>
    [Id(3)]
    public ImmutableArray<VaultUse> Uses { get; init; } = [];

    /// <summary>The number of the next login.</summary>
    [Id(4)]
    public int NextLogin { get; init; }

    [JsonIgnore]
    public bool IsEmpty => Logins.IsEmpty && Holdings.IsEmpty && Uses.IsEmpty;

    public bool IsUsed(VaultHolding holding) => !holding.IsLeft && IsUsed(holding.Read);

    public bool IsUsed(VaultRead read) => Uses.Any(use => use.Reads.Contains(read));
}

/// <summary>A login that the server granted.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultLogin")]
internal sealed record VaultLogin
{
    /// <summary>Our own number for it.</summary>
    [Id(0)]
    public required int Number { get; init; }

    /// <summary>The server's token; null when a restart has made us forget it.</summary>
    [Id(1)]
    public required Secret? Token { get; init; }

    /// <summary>The server's name for the token, as its audit log has it; empty for batch tokens.</summary>
    [Id(2)]
    public required string Accessor { get; init; }

    /// <summary>How long it was granted for at first.</summary>
    [Id(3)]
    public required TimeSpan Life { get; init; }

    /// <summary>When it ends unless it is renewed.</summary>
    [Id(4)]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it is renewed, or replaced.</summary>
    [Id(5)]
    public required DateTimeOffset RenewAt { get; init; }

    /// <summary>Whether it can be renewed. Not when the last renewal gave little: its longest life is near.</summary>
    [Id(6)]
    public required bool IsRenewable { get; init; }

    /// <summary>Whether it is used for nothing new: it is being given back, or is left to its end.</summary>
    [Id(7)]
    public bool IsLeft { get; init; }
}

/// <summary>An answer that stays the same until its time comes.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultHolding")]
internal sealed record VaultHolding
{
    /// <summary>What was asked.</summary>
    [Id(0)]
    public required VaultRead Read { get; init; }

    /// <summary>The answer's JSON; null when a restart has made us forget it.</summary>
    [Id(1)]
    public required Secret? Body { get; init; }

    /// <summary>The lease's id; null for what was issued without a lease, and when a restart has made us forget it.</summary>
    [Id(2)]
    public required Secret? Lease { get; init; }

    /// <summary>The login that it hangs on and ends with.</summary>
    [Id(3)]
    public required int Login { get; init; }

    /// <summary>How long it was granted for at first.</summary>
    [Id(4)]
    public required TimeSpan Life { get; init; }

    /// <summary>When it ends unless it is renewed.</summary>
    [Id(5)]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it is renewed, or read anew.</summary>
    [Id(6)]
    public required DateTimeOffset RenewAt { get; init; }

    /// <summary>Whether the lease can be renewed.</summary>
    [Id(7)]
    public required bool IsRenewable { get; init; }

    /// <summary>Whether it is given to nobody any more: a newer one is in its place, or it could not be given back and waits for its end.</summary>
    [Id(8)]
    public bool IsLeft { get; init; }

    /// <summary>Whether there is a lease, known or forgotten.</summary>
    [Id(9)]
    public bool HasLease { get; init; }

    public VaultReply Reply => new(Body!, IsHeld: true, RenewAt, ExpiresAt);
}

/// <summary>A volume, or one source of it, and what it reads.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultUse")]
internal sealed record VaultUse([property: Id(0)] string Volume, [property: Id(1)] ImmutableArray<VaultRead> Reads)
{
    /// <summary>See <see cref="VaultFetch.Source"/>.</summary>
    [Id(2)]
    public string Source { get => field ?? ""; init; } = "";

    public bool IsOf(string volume, string? source) => Volume == volume && (source is null || Source == source);
}

/// <summary>What the host must know of logins at Vault: where they are remembered, and how they are written to files.</summary>
public static class VaultLogins
{
    /// <summary>The grain storage that holds the records.</summary>
    public const string StorageName = "vault-logins";

    /// <summary>As <see cref="VolumeRecordJson.Options"/>.</summary>
    public static JsonSerializerOptions RecordOptions(bool secretsToo)
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = VaultLoginRecordJsonContext.Default };
        options.Converters.Add(SecretConverters.For(secretsToo));
        return options;
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(VaultLoginRecord))]
internal sealed partial class VaultLoginRecordJsonContext : JsonSerializerContext;
