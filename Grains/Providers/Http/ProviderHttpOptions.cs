using System.Net;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>How built-in providers talk to their servers.</summary>
public sealed record ProviderHttpOptions
{
    /// <summary>How long one attempt may take, from connecting to the last byte. Default 8 seconds: three attempts fit into a fetch.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How often a call that fails for want of an answer is tried again, if it may be. Default 2.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>The pause before the first retry; the next is twice as long. Each is shortened or lengthened by chance. Default 250 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The longest Retry-After that is waited for here, once. One that is longer ends the call: the volume knows better what to do meanwhile. Default 2 seconds.
    /// </summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest answer, in bytes. Default 4 MiB, as for plugins.</summary>
    public int LongestAnswer { get; init; } = 4 << 20;

    /// <summary>How long a connection is used before the name is looked up anew. Default 5 minutes.</summary>
    public TimeSpan ConnectionLife { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>PEM: authorities for servers of which the class says nothing else; null for the machine's own.</summary>
    public string? CaFile { get; init; }

    /// <summary>The proxy; null for what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say to the framework, which knows no networks in NO_PROXY.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>
    /// Where to connect to instead, as <c>host:port</c> to <c>host:port</c> (curl's --connect-to): for private endpoints, and for tests of
    /// servers whose names are not theirs to choose. Names in TLS and HTTP stay what they were, and so do their checks.
    /// </summary>
    public IReadOnlyDictionary<string, string> ConnectTo { get; init; } = new Dictionary<string, string>();

    /// <summary>Wraps the handler of each endpoint: an observer of everything that leaves the process.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler> Observe { get; init; } = handler => handler;
}
