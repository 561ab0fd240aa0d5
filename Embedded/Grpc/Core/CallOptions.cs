namespace Grpc.Core;

/// <summary>What a caller adds to a call: headers, a deadline, a token to give up.</summary>
public struct CallOptions
{
    /// <summary>Options for one call.</summary>
    /// <param name="headers">Sent before the request.</param>
    /// <param name="deadline">When to stop waiting, in UTC; null for never.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    public CallOptions(Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
    }

    /// <summary>Sent before the request.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When to stop waiting, in UTC; null for never.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Gives the call up.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>The same options with other headers.</summary>
    /// <param name="headers">Sent before the request.</param>
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>The same options with another deadline.</summary>
    /// <param name="deadline">When to stop waiting, in UTC.</param>
    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>The same options with another token.</summary>
    /// <param name="cancellationToken">Gives the call up.</param>
    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };
}
