using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>
/// Calls to one endpoint, over connections that are kept. Each call goes
/// <code>
/// retry, with jitter ─▶ time-out of the attempt ─▶ connection: proxy, TLS checked against the class's authorities, HTTP/2 where offered
/// </code>
/// A call is tried again only if that does no harm: it is idempotent, or it never left. How hard an endpoint may be leaned on, and when it
/// is left alone, is not decided here but at the gate that a whole fetch passes through.
/// </summary>
internal sealed class EndpointClient : IDisposable
{
    private static readonly ResiliencePropertyKey<HttpCall> CallKey = new("call");

    private readonly HttpEndpoint _endpoint;
    private readonly ProviderHttpOptions _options;
    private readonly TimeProvider _time;
    private readonly ProviderMetrics _metrics;
    private readonly ServerTrust? _trust;
    private readonly ClientCertificate? _certificate;
    private readonly ResiliencePipeline<HttpAnswer> _pipeline;
    private readonly Lock _gate = new();
    private Way? _way;

    public EndpointClient(HttpEndpoint endpoint, ProviderHttpOptions options, Func<double> chance, TimeProvider time, ProviderMetrics metrics)
    {
        _endpoint = endpoint;
        _options = options;
        _time = time;
        _metrics = metrics;
        _trust = (endpoint.CaFile ?? endpoint.CaDirectory ?? options.CaFile) is null ? null : new ServerTrust(CaFile(endpoint, options), endpoint.CaDirectory);
        _certificate = endpoint is { ClientCertificateFile: { } certificate, ClientKeyFile: { } key } ? new ClientCertificate(certificate, key) : null;
        _pipeline = new ResiliencePipelineBuilder<HttpAnswer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpAnswer>
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.FirstPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = chance,
                ShouldHandle = attempt => ValueTask.FromResult(MayRepeat(attempt)),
                DelayGenerator = static attempt => ValueTask.FromResult(attempt.Outcome.Result?.RetryAfter),
            })
            .AddTimeout(options.AttemptTimeout)
            .Build();
    }

    /// <summary>The answer, whatever its status.</summary>
    /// <exception cref="VolumeException">There is none: the endpoint cannot be reached, is not trusted, is too slow or talks too much.</exception>
    public async Task<HttpAnswer> Send(HttpCall call, CancellationToken cancellationToken)
    {
        var way = CurrentWay();
        using var activity = Signals.Activities.StartActivity(call.Purpose, ActivityKind.Client);
        activity?.SetTag("server.address", _endpoint.Address.Host).SetTag("server.port", _endpoint.Address.Port).SetTag("http.request.method", call.Method.Method);
        // Back to the caller's scheduler after each step: a grain must not leave its own.
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        context.Properties.Set(CallKey, call);
        try
        {
            var answer = await _pipeline.ExecuteAsync(
                static async (context, to) => await to.self.Attempt(to.way, to.call, context.CancellationToken), context, (self: this, way, call));
            activity?.SetTag("http.response.status_code", answer.Status).SetStatus(answer.IsSuccess ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
            return answer;
        }
        catch (Exception e) when (e is TimeoutRejectedException or HttpRequestException or IOException or SocketException or AnswerTooLong) // a bare SocketException: the connection ended while it was being made
        {
            var failure = HttpFailures.NoAnswer(_endpoint, e);
            activity?.SetStatus(ActivityStatusCode.Error, Signals.OutcomeOf(failure));
            throw failure;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _way?.Http.Dispose();

    /// <summary>
    /// The connections that were made with the authorities and the certificate of now. Those made with others take no more calls; the calls that are
    /// on their way end as they would, and then the connections close by themselves.
    /// </summary>
    private Way CurrentWay()
    {
        var (roots, certificate) = (_trust?.Current(), _certificate?.Current());
        lock (_gate)
        {
            if (_way is null || _way.Roots != roots || _way.Certificate != certificate)
                _way = new Way(roots, certificate, new HttpMessageInvoker(_options.Observe(Handler(certificate))));
            return _way;
        }
    }

    private async Task<HttpAnswer> Attempt(Way way, HttpCall call, CancellationToken cancellationToken)
    {
        using var request = Request(call);
        var began = _time.GetTimestamp();
        int? status = null;
        try
        {
            using var response = await way.Http.SendAsync(request, cancellationToken);
            var body = await AnswerBody.Read(response.Content, _options.LongestAnswer, cancellationToken);
            status = (int)response.StatusCode;
            return new HttpAnswer((int)response.StatusCode, response.Headers, body, RetryAfter(response.Headers.RetryAfter));
        }
        finally
        {
            _metrics.Answered(call.Purpose, status, _time.GetElapsedTime(began));
        }
    }

    private HttpRequestMessage Request(HttpCall call)
    {
        var address = new Uri(_endpoint.Address, call.Path);
        if (!_endpoint.Address.IsBaseOf(address)) // "//elsewhere/", "https://elsewhere", "../": a bug in a provider, and credentials at stake
            throw new ArgumentException("the path leads away from the endpoint", nameof(call));

        var request = new HttpRequestMessage(call.Method, address) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.Host = _endpoint.ServerName; // SocketsHttpHandler takes the name for SNI from here
        foreach (var (name, value) in call.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (call.Body is { } body)
            request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(call.ContentType) } };
        return request;
    }

    private bool MayRepeat(RetryPredicateArguments<HttpAnswer> attempt)
    {
        var call = attempt.Context.Properties.GetValue(CallKey, null!);
        return attempt.Outcome switch
        {
            { Exception: HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } } => true, // it never left
            { Exception: HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError } } => false,
            { Exception: HttpRequestException or IOException or SocketException or TimeoutRejectedException } => call.IsIdempotent,
            { Result: { } answer } => call.IsIdempotent && IsTransient(call, answer, attempt.AttemptNumber),
            _ => false,
        };
    }

    private bool IsTransient(HttpCall call, HttpAnswer answer, int attempt) => answer switch
    {
        { RetryAfter: { } wait } when wait > _options.LongestRetryAfter => false,
        { Status: 429 or 503 } => answer.RetryAfter is not null && attempt == 0, // else the asking itself would keep it busy
        { Status: 408 or 500 or 502 or 504 } => true,
        _ => call.AlsoTransient.Contains(answer.Status),
    };

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
        => header switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date > _time.GetUtcNow() ? date - _time.GetUtcNow() : TimeSpan.Zero,
            _ => null,
        };

    private SocketsHttpHandler Handler(SslStreamCertificateContext? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // credentials would go along
            UseCookies = false,
            PooledConnectionLifetime = _options.ConnectionLife,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(), // our trace ids are none of their business
        };
        if (_endpoint.IsOnThisNode)
            handler.UseProxy = false;
        else if (_options.Proxy is { } proxy)
            handler.Proxy = proxy;
        if (_options.ConnectTo.Count > 0)
            handler.ConnectCallback = Connect;
        handler.SslOptions.ClientCertificateContext = certificate;
        handler.SslOptions.RemoteCertificateValidationCallback = _trust is null ? ServerTrust.CheckWithSystem : _trust.Check;
#pragma warning disable CA5359 // the class asks for it, and the log has a warning
        if (_endpoint.SkipsVerification)
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        return handler;
    }

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (_options.ConnectTo.GetValueOrDefault($"{host}:{port}")?.Split(':') is [var otherHost, var otherPort])
            (host, port) = (otherHost, int.Parse(otherPort, System.Globalization.CultureInfo.InvariantCulture));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(host, port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string? CaFile(HttpEndpoint endpoint, ProviderHttpOptions options)
        => endpoint.CaFile ?? (endpoint.CaDirectory is null ? options.CaFile : null);

    /// <summary>Connections, and what they were made with.</summary>
    private sealed record Way(X509Certificate2Collection? Roots, SslStreamCertificateContext? Certificate, HttpMessageInvoker Http);
}
