using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Embedded.Rpc;

/// <summary>
/// One call on its way through the server. Either the handler's end or the deadline answers it, never both:
/// whichever comes first takes the call under the lock, and only then touches the response.
/// </summary>
internal sealed class HttpContextServerCallContext(HttpContext http, string method, GrpcServer server) : ServerCallContext
{
    private static readonly AuthContext Nobody = new(peerIdentityPropertyName: null, []);

    // A timer cannot wait longer (ITimer.Change); who asks for more than 49 days gets the deadline told but not enforced.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock _gate = new();
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private Status _status = Status.DefaultSuccess;

    private DateTime _deadline = DateTime.MaxValue;
    private ITimer? _timer;
    private CancellationTokenSource? _cancellation;
    private Task? _deadlineAnswer;
    private bool _handlerEnded;

    public HttpContext Http => http;

    /// <summary>What interrupts reading the request. A lost connection fails the read by itself, so only a deadline needs a token.</summary>
    public CancellationToken ReadToken => HasDeadline ? CancellationTokenCore : default;

    public Metadata? TrailersIfAny => _responseTrailers;

    private bool HasDeadline => _deadline != DateTime.MaxValue;

    /// <summary>Begins to count down what the caller asked for in <c>grpc-timeout</c>.</summary>
    /// <exception cref="RpcException">The header cannot be read, or there is no time at all.</exception>
    public void StartDeadline()
    {
        var header = (string?)http.Request.Headers[Protocol.TimeoutHeader];
        if (header is null)
            return;
        if (!GrpcTimeout.TryParse(header, out var timeout))
        {
            throw new RpcException(new Status(
                StatusCode.Internal, "The header grpc-timeout must be one to eight digits and a unit out of H, M, S, m, u, n."));
        }

        var now = server.Time.GetUtcNow().UtcDateTime;
        if (timeout < DateTime.MaxValue - now)
            _deadline = now + timeout;
        if (timeout == TimeSpan.Zero)
            throw new RpcException(DeadlineExceeded);
        if (timeout <= LongestTimer)
        {
            _timer = server.Time.CreateTimer(
                static call => ((HttpContextServerCallContext)call!).PassDeadline(), this, timeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes the call for the handler's end. False if the deadline took it before; then nothing more may be written.</summary>
    public bool TryEnd()
    {
        lock (_gate)
        {
            if (_deadlineAnswer is not null)
                return false;
            _handlerEnded = true;
            return true;
        }
    }

    /// <summary>Frees what the call holds. The request must not return to Kestrel while a deadline's answer is being written.</summary>
    public async ValueTask CloseAsync()
    {
        _timer?.Dispose();
        if (_deadlineAnswer is null)
            _cancellation?.Dispose(); // else the timer's thread may be cancelling it just now
        else
            await _deadlineAnswer;
    }

    private static Status DeadlineExceeded => new(StatusCode.DeadlineExceeded, "The deadline passed before the call was done.");

    private void PassDeadline()
    {
        lock (_gate)
        {
            if (_handlerEnded)
                return;
            _deadlineAnswer = AnswerDeadlineAsync();
        }

        // From here on the answer may be out and the HttpContext serve another request: it must not be touched.
        server.Logger.DeadlinePassed(method);
        try
        {
            _cancellation?.Cancel();
        }
        catch (AggregateException e) // callbacks of the handler's making
        {
            server.Logger.CancellationCallbackThrew(method, e);
        }
    }

    private async Task AnswerDeadlineAsync()
    {
        try
        {
            StatusTrailers.Write(http.Response, DeadlineExceeded, trailers: null, bodyBegun: false);
            await http.Response.CompleteAsync();
        }
        catch (Exception) // the connection is gone, and with it whoever waited
        {
        }
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (!MetadataHeaders.AreSendable(responseHeaders, out var key))
            throw new ArgumentException($"The response header \"{key}\" is not printable ASCII.", nameof(responseHeaders));
        lock (_gate)
        {
            if (_deadlineAnswer is not null || http.Response.HasStarted)
                throw new InvalidOperationException("The response headers were sent before.");
            foreach (var entry in responseHeaders)
            {
                if (!Protocol.IsOwnHeader(entry.Key))
                    http.Response.Headers.Append(entry.Key, entry.WireValue);
            }

            return FlushAsync(http.Response.BodyWriter);
        }
    }

    // StartAsync alone leaves HTTP/2 headers in Kestrel's buffer.
    private static async Task FlushAsync(PipeWriter body) => await body.FlushAsync();

    protected override CancellationToken CancellationTokenCore
    {
        get
        {
            if (!HasDeadline)
                return http.RequestAborted;
            lock (_gate)
            {
                if (_cancellation is null)
                {
                    _cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
                    if (_deadlineAnswer is not null)
                        _cancellation.Cancel();
                }

                return _cancellation.Token;
            }
        }
    }

    protected override Metadata RequestHeadersCore
    {
        get
        {
            if (_requestHeaders is null)
            {
                var headers = new Metadata();
                foreach (var (name, values) in http.Request.Headers)
                {
                    foreach (var value in values)
                    {
                        if (MetadataHeaders.TryAddTo(headers, name, value))
                            continue;
                        throw new RpcException(new Status(
                            StatusCode.Internal, $"The metadata \"{name}\" must be base64, since its name ends with \"-bin\"."));
                    }
                }

                _requestHeaders = headers;
            }

            return _requestHeaders;
        }
    }

    protected override string MethodCore => method;

    protected override string HostCore => http.Request.Host.Value ?? "";

    // https://github.com/grpc/grpc/blob/master/doc/naming.md; a unix socket has no address.
    protected override string PeerCore
    {
        get
        {
            if (http.Connection.RemoteIpAddress is not { } address)
                return "unknown";
            var scheme = address.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4";
            return $"{scheme}:{new IPEndPoint(address, http.Connection.RemotePort)}";
        }
    }

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore
    {
        get => _status;
        set => _status = value;
    }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => Nobody;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options)
        => throw new NotSupportedException("Nothing is propagated by itself: pass the call's Deadline and CancellationToken on.");
}
