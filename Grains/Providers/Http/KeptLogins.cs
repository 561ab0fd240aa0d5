namespace ActorCsi.Grains.Providers.Http;

/// <summary>
/// What a store gave for a pod's token (an access token, session keys), kept in memory until shortly before it ends: one login serves all classes of an identity,
/// and all volumes that ask at once. Never across identities: the key must hold the namespace, the service account, and all else that the login depends on.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class KeptLogins<TKey, TLogin>(TimeProvider time) where TKey : IEquatable<TKey> where TLogin : class
{
    /// <summary>A login that is about to end is not used any more: the store's clock need not be ours, and a fetch takes its time.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly Dictionary<TKey, Place> _places = [];

    /// <summary>
    /// The login of <paramref name="key"/>: the kept one while it has life left, else a new one by <paramref name="logIn"/>. Callers of one key wait for the one that
    /// logs in. Its failure, or its giving up, is its own; the next caller tries for itself.
    /// </summary>
    public async Task<TLogin> Get(TKey key, Func<CancellationToken, Task<KeptLogin<TLogin>>> logIn, CancellationToken cancellationToken)
    {
        var place = Enter(key);
        try
        {
            await place.Turn.WaitAsync(cancellationToken);
            try
            {
                if (place.Current is { } kept && time.GetUtcNow() < place.UseUntil)
                    return kept;
                var login = await logIn(cancellationToken);
                (place.Current, place.UseUntil) = (login.Login, UseUntil(login));
                return login.Login;
            }
            finally
            {
                place.Turn.Release();
            }
        }
        finally
        {
            Leave(place);
        }
    }

    /// <summary>Forgets <paramref name="login"/> if it is still the one of <paramref name="key"/>: the store does not know it any more. The next <see cref="Get"/> logs in.</summary>
    public void Forget(TKey key, TLogin login)
    {
        lock (_places)
            if (_places.TryGetValue(key, out var place) && ReferenceEquals(place.Current, login))
                place.UseUntil = DateTimeOffset.MinValue;
    }

    /// <summary>Of a short life, half: a margin of five minutes would leave nothing.</summary>
    private DateTimeOffset UseUntil(KeptLogin<TLogin> login)
    {
        var life = login.ExpiresAt - time.GetUtcNow();
        return login.ExpiresAt - (life < 2 * Margin ? life / 2 : Margin);
    }

    /// <summary>The place of <paramref name="key"/>, which stays while somebody is in it. Who comes throws out the logins that are over, so that keys of pods that are gone do not gather.</summary>
    private Place Enter(TKey key)
    {
        lock (_places)
        {
            foreach (var (other, left) in _places)
                if (left.Callers == 0 && time.GetUtcNow() >= left.UseUntil)
                    _places.Remove(other);
            if (!_places.TryGetValue(key, out var place))
                _places.Add(key, place = new Place());
            place.Callers++;
            return place;
        }
    }

    private void Leave(Place place)
    {
        lock (_places)
            place.Callers--;
    }

    private sealed class Place
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public TLogin? Current { get; set; }

        public DateTimeOffset UseUntil { get; set; }

        public int Callers { get; set; }
    }
}

/// <summary>A login and when it ends.</summary>
/// <param name="Login">What the store gave.</param>
/// <param name="ExpiresAt">When the store stops to know it.</param>
internal sealed record KeptLogin<TLogin>(TLogin Login, DateTimeOffset ExpiresAt);
