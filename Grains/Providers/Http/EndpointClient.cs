using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>
/// Calls to one endpoint. Each goes
/// <code>
/// retry, with jitter ─▶ time-out of the attempt ─▶ <see cref="EndpointConnections"/>: proxy, TLS, HTTP/2 where offered
/// </code>
/// A call is tried again only if that does no harm: it is idempotent, or it never left. How hard an endpoint may be leaned on, and when it
/// is left alone, is not decided here but at the gate that a whole fetch passes through.
/// </summary>
internal sealed class EndpointClient : IDisposable
{
    private static readonly ResiliencePropertyKey<HttpCall> CallKey = new("call");
    private static readonly ResiliencePropertyKey<HttpMessageInvoker> ConnectionsKey = new("connections");

    private readonly HttpEndpoint _endpoint;
    private readonly ProviderHttpOptions _options;
    private readonly TimeProvider _time;
    private readonly ProviderMetrics _metrics;
    private readonly EndpointConnections _connections;
    private readonly ResiliencePipeline<HttpAnswer> _pipeline;

    public EndpointClient(HttpEndpoint endpoint, ProviderHttpOptions options, Func<double> chance, TimeProvider time, ProviderMetrics metrics)
    {
        _endpoint = endpoint;
        _options = options;
        _time = time;
        _metrics = metrics;
        _connections = new EndpointConnections(endpoint, options);
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
            .AddTimeout(new TimeoutStrategyOptions
            {
                Timeout = options.AttemptTimeout,
                OnTimeout = attempt =>
                {
                    _connections.Doubt(attempt.Context.Properties.GetValue(ConnectionsKey, null!));
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>The answer, whatever its status.</summary>
    /// <exception cref="VolumeException">There is none: the endpoint cannot be reached, is not trusted, is too slow or talks too much.</exception>
    public async Task<HttpAnswer> Send(HttpCall call, CancellationToken cancellationToken)
    {
        using var activity = Signals.Activities.StartActivity(call.Purpose, ActivityKind.Client);
        activity?.SetTag("server.address", _endpoint.Address.Host).SetTag("server.port", _endpoint.Address.Port).SetTag("http.request.method", call.Method.Method);
        // Back to the caller's scheduler after each step: a grain must not leave its own.
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        context.Properties.Set(CallKey, call);
        try
        {
            var answer = await _pipeline.ExecuteAsync(
                static async (context, to) => await to.self.Attempt(to.call, context), context, (self: this, call));
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
    public void Dispose() => _connections.Dispose();

    private async Task<HttpAnswer> Attempt(HttpCall call, ResilienceContext context)
    {
        using var request = Request(call);
        var connections = _connections.Current();
        context.Properties.Set(ConnectionsKey, connections);
        var began = _time.GetTimestamp();
        int? status = null;
        try
        {
            using var response = await connections.SendAsync(request, context.CancellationToken);
            var body = await AnswerBody.Read(response.Content, _options.LongestAnswer, context.CancellationToken);
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
}
