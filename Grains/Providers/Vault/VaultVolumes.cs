using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>Which volume uses which accounts, so that a volume that goes is released wherever it is known. Filled by the accounts' grains themselves.</summary>
internal sealed class VaultVolumes
{
    private readonly ConcurrentDictionary<string, ImmutableHashSet<string>> _accounts = new(StringComparer.Ordinal);

    public void Add(string volume, string account) => _accounts.AddOrUpdate(volume, [account], (_, known) => known.Add(account));

    public void Remove(string volume, string account)
    {
        while (_accounts.TryGetValue(volume, out var known))
        {
            var rest = known.Remove(account);
            if (rest.IsEmpty ? _accounts.TryRemove(new(volume, known)) : _accounts.TryUpdate(volume, rest, known))
                return;
        }
    }

    /// <summary>The keys of the accounts that <paramref name="volume"/> uses.</summary>
    public ImmutableHashSet<string> Of(string volume) => _accounts.GetValueOrDefault(volume, []);
}
