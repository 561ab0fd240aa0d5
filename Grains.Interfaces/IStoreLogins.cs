using System.Collections.Immutable;

namespace ActorCsi;

/// <summary>What the driver has taken out at secret stores of one kind on behalf of pods, and has to give back: logins, and leases that hang on them.</summary>
public interface IStoreLogins
{
    /// <summary>All that there is on this node, in no order. Asks no store.</summary>
    Task<ImmutableArray<StoreLogin>> List();
}

/// <summary>The logins of one service account at one store, for operators. Nothing secret.</summary>
/// <param name="Store">Where: <c>vault at https://vault.example.com:8200</c>.</param>
/// <param name="Namespace">The namespace of the pods.</param>
/// <param name="ServiceAccount">Their service account.</param>
/// <param name="Role">What they log in as.</param>
/// <param name="Logins">How many logins there are.</param>
/// <param name="LoginsUntil">Until when the last of them lives; null when there is none.</param>
/// <param name="Leases">How many leases there are.</param>
/// <param name="LeasesUntil">Until when the last of them lives; null when there is none.</param>
/// <param name="Volumes">The volumes that use them. None: they wait to be given back, or for their end.</param>
public sealed record StoreLogin(
    string Store,
    string Namespace,
    string ServiceAccount,
    string Role,
    int Logins,
    DateTimeOffset? LoginsUntil,
    int Leases,
    DateTimeOffset? LeasesUntil,
    ImmutableArray<string> Volumes);
