namespace ActorCsi.Kubernetes.Access;

/// <summary>A bearer token that may change.</summary>
public abstract class TokenSource
{
    /// <summary>The token as it is now.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public abstract string Current();

    /// <summary>Looks again, because the server refused <paramref name="refused"/>; false when the token is still the same.</summary>
    public abstract bool Renew(string refused);

    /// <summary>A token that stays.</summary>
    public static TokenSource Fixed(string token) => new FixedToken(token);

    private sealed class FixedToken(string token) : TokenSource
    {
        public override string Current() => token;

        public override bool Renew(string refused) => false;
    }
}

/// <summary>
/// A token in a file that another program replaces: kubelet does, when 80 % of the token's life are over. Read again after a minute, and when it was refused. While
/// the file cannot be read, the last token stands.
/// </summary>
public sealed class TokenFile(string path, TimeProvider time) : TokenSource
{
    private static readonly TimeSpan ReadAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private string? _token;
    private long _readAt;

    /// <inheritdoc/>
    public override string Current()
    {
        lock (_gate)
        {
            if (_token is null || time.GetElapsedTime(_readAt) >= ReadAfter)
                Read();
            return _token!;
        }
    }

    /// <inheritdoc/>
    public override bool Renew(string refused)
    {
        lock (_gate)
        {
            Read();
            return _token != refused;
        }
    }

    private void Read()
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            if (text.Length == 0)
                throw new IOException($"the token file {path} is empty");
            _token = text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_token is null)
                throw new IOException($"the token for the API server cannot be read: {e.Message}", e);
        }
        _readAt = time.GetTimestamp();
    }
}
