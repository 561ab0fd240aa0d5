using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>One question to an endpoint.</summary>
/// <param name="Method">GET, POST …</param>
/// <param name="Path">Relative to the endpoint's address, escaped, without a leading slash; may have a query.</param>
internal sealed record HttpCall(HttpMethod Method, string Path)
{
    /// <summary>What the call is for, in a word or two: the name of its span.</summary>
    public required string Purpose { get; init; }

    /// <summary>Headers, credentials among them.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; null for none. Its owner is the caller.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The media type of <see cref="Body"/>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Whether it does no harm to ask twice. Default: as HTTP has it for the method.</summary>
    public bool IsIdempotent { get; init; } = Method == HttpMethod.Get || Method == HttpMethod.Head || Method == HttpMethod.Put || Method == HttpMethod.Delete;

    /// <summary>
    /// Statuses that are worth another try at once, beside those that always are (408, 500, 502, 504; 429 and 503 when the server says
    /// that it will not take long).
    /// </summary>
    public ImmutableArray<int> AlsoTransient { get; init; } = [];
}
