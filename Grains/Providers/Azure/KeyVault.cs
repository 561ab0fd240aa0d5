using System.Collections.Immutable;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>
/// One fetch's dealings with one vault, as one identity. Each question is asked once, whatever number of files is made of its answer; answers live as long as this.
/// </summary>
/// <remarks>
/// The vendor's clients ask first without a login, to be told by the vault where to log in. Here that is known: the login goes along at once, and a vault that
/// does not take it is shown one new one.
/// </remarks>
internal sealed class KeyVault(EndpointClient client, Uri address, AzureIdentity identity, AzureLogins logins) : IDisposable
{
    /// <summary>How many questions are on their way at once.</summary>
    private const int AtOnce = 8;

    /// <summary>A vault has 25 versions on a page.</summary>
    private const int MostPages = 100;

    private readonly Dictionary<KeyVaultRead, KeyVaultAnswer> _answers = [];

    /// <summary>The answer to what was asked with <see cref="Read"/>. Belongs to this.</summary>
    public KeyVaultAnswer this[KeyVaultRead read] => _answers[read];

    /// <summary>Asks what has not been asked yet.</summary>
    /// <exception cref="VolumeException">One of the answers cannot be had, and why.</exception>
    public async Task Read(IEnumerable<KeyVaultRead> reads, CancellationToken cancellationToken)
    {
        foreach (var some in reads.Distinct().Where(read => !_answers.ContainsKey(read)).ToArray().Chunk(AtOnce))
            await ReadTogether(some, cancellationToken);
    }

    /// <summary>The enabled versions of something, the newest first.</summary>
    /// <exception cref="VolumeException">They cannot be had, and why.</exception>
    public async Task<ImmutableArray<KeyVaultVersion>> ListVersions(KeyVaultRead read, CancellationToken cancellationToken)
    {
        var versions = new List<KeyVaultVersion>();
        var pages = 0;
        for (string? next = read.VersionsPath; next is not null;)
        {
            if (++pages > MostPages)
                throw HttpFailures.Garbage($"listing the versions of {read}", $"at most {MostPages} pages");
            using var answer = await Ask(next, $"the versions of {read}", read, cancellationToken);
            versions.AddRange(answer.EnabledVersions);
            next = answer.NextLink is { } link ? PathOf(link) : null;
        }
        return [.. versions.OrderByDescending(version => version.Created)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var answer in _answers.Values)
            answer.Dispose();
    }

    private async Task ReadTogether(KeyVaultRead[] reads, CancellationToken cancellationToken)
    {
        var asked = reads.Select(read => (Read: read, Answer: Ask(read.Path, read.ToString(), read, cancellationToken))).ToArray();
        try
        {
            await Task.WhenAll(asked.Select(one => one.Answer));
        }
        finally
        {
            foreach (var (read, answer) in asked.Where(one => one.Answer.IsCompletedSuccessfully)) // also when others failed: what came is to be erased
                _answers.Add(read, answer.Result);
        }
        if (asked.FirstOrDefault(one => one.Answer.Result.Version is null).Read is { } nameless)
            throw HttpFailures.Garbage($"reading {nameless} from {address.Host}", "its id");
    }

    private async Task<KeyVaultAnswer> Ask(string path, string what, KeyVaultRead read, CancellationToken cancellationToken)
    {
        var login = await logins.Get(identity, cancellationToken);
        var answer = await Send(path, login, cancellationToken);
        if (answer.Status == 401)
        {
            answer.Dispose();
            logins.Forget(identity, login);
            login = await logins.Get(identity, cancellationToken);
            answer = await Send(path, login, cancellationToken);
        }
        if (answer.IsSuccess && KeyVaultAnswer.Read(answer.Body) is { } understood)
            return understood;
        using (answer)
            throw answer.IsSuccess ? HttpFailures.Garbage($"reading {what} from {address.Host}", "JSON as a vault writes it")
                : KeyVaultFailures.Read(address, identity, read, what, answer, login);
    }

    private Task<HttpAnswer> Send(string path, Secret login, CancellationToken cancellationToken) => client.Send(
        new HttpCall(HttpMethod.Get, path)
        {
            Purpose = "key vault read",
            Headers = [new("Authorization", "Bearer " + login.ExposeText()), new("Accept", "application/json")],
        },
        cancellationToken);

    /// <summary>Links are whole URLs, with the port even where it goes without saying. One that leads elsewhere is not followed: the login would go along.</summary>
    private string PathOf(string link)
        => Uri.TryCreate(link, UriKind.Absolute, out var next) && address.IsBaseOf(next) ? next.PathAndQuery[1..]
            : throw HttpFailures.Garbage($"a list of versions from {address.Host}", "a link to its next page on the same host");
}
