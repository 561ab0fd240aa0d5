using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Threading.RateLimiting;
using ActorCsi.Kubernetes.Access;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace ActorCsi.Kubernetes.Http;

/// <summary>
/// The way of every call to the API server: time-out of the whole → repetitions → a place among the calls under way → time-out of the attempt → HTTP.
/// </summary>
/// <remarks>
/// Repeated is what the server refused before it began (429; 503 and other 5xx with Retry-After), whatever the call is; and, if doing it twice is the same as doing it
/// once, what may or may not have been done: 5xx, broken connections, no answer in time.
/// </remarks>
internal sealed class ApiChannel : IDisposable
{
    private const int LargestError = 64 << 10;

    private static readonly ResiliencePropertyKey<TimeSpan> Patience = new("patience");
    private static readonly ResiliencePropertyKey<ApiCall> Calling = new("call");

    private readonly ClusterAccess _access;
    private readonly KubernetesClientOptions _options;
    private readonly HttpMessageInvoker _http;
    private readonly ConcurrencyLimiter _places;
    private readonly ResiliencePipeline _whole;
    private readonly ResiliencePipeline _attempt;
    private readonly string _userAgent;
    private readonly ApiMetrics _metrics;
    private readonly TimeProvider _time;

    public ApiChannel(ClusterAccess access, KubernetesClientOptions options, TimeProvider time)
    {
        _access = access;
        _options = options;
        _userAgent = $"{options.Name}/{typeof(ApiChannel).Assembly.GetName().Version?.ToString(3)}";
        _metrics = new ApiMetrics(options.Meters, access.Server);
        _time = time;
        _http = new HttpMessageInvoker(ApiHandler.Create(access));
        _places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = options.Concurrency, QueueLimit = int.MaxValue });
        _whole = Whole(options, time);
        _attempt = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(options.AttemptTimeout).Build();
    }

    /// <summary>Makes the call until it is answered, and reads the answer.</summary>
    public async Task<T> Call<T>(ApiCall call, CallOptions? options, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Patience, options?.Timeout ?? _options.Timeout);
        context.Properties.Set(Calling, call);
        try
        {
            return await _whole.ExecuteAsync(async context =>
            {
                using var place = await _places.AcquireAsync(1, context.CancellationToken);
                return await _attempt.ExecuteAsync(async token =>
                {
                    using var response = await Send(call, options, token);
                    return await Understood(call, read, response, token);
                }, context.CancellationToken);
            }, context);
        }
        catch (TimeoutRejectedException e)
        {
            throw NoAnswer(call, e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Makes the call once, and gives the answer as soon as it begins.</summary>
    public async Task<HttpResponseMessage> Open(ApiCall call, CallOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            return await _attempt.ExecuteAsync(async token => await Send(call, options, token), cancellationToken);
        }
        catch (TimeoutRejectedException e)
        {
            throw NoAnswer(call, e);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
    }

    /// <summary>A failure of the connection, as the client's own.</summary>
    public KubernetesException Unreachable(ApiCall call, Exception e)
        => new(call.What, new Status { Reason = StatusReason.Unreachable, Message = $"the API server at {_access.Server} cannot be reached: {Innermost(e)}" }, inner: e);

    /// <summary>An answer that makes no sense, as the client's own.</summary>
    public static KubernetesException Unreadable(ApiCall call, string what, Exception? e = null)
        => new(call.What, new Status { Reason = StatusReason.Unreadable, Message = what }, inner: e);

    private ResiliencePipeline Whole(KubernetesClientOptions options, TimeProvider time)
    {
        var whole = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = arguments => new(arguments.Context.Properties.GetValue(Patience, options.Timeout)) });
        if (options.Repetitions > 0)
            whole.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Repetitions,
                ShouldHandle = arguments => new(MayRepeat(arguments.Context.Properties.GetValue(Calling, null!), arguments.Outcome.Exception)),
                DelayGenerator = arguments => new((TimeSpan?)Pause(arguments.AttemptNumber, arguments.Outcome.Exception)),
            });
        return whole.Build();
    }

    private bool MayRepeat(ApiCall call, Exception? failure) => failure switch
    {
        TimeoutRejectedException => call.IsRepeatable,
        KubernetesException { RetryAfter: { } pause } when pause > _options.LongestPause => false,
        KubernetesException { Code: 429 } => true,
        KubernetesException { Code: >= 500, RetryAfter: not null } => true,
        KubernetesException { Code: >= 500 } => call.IsRepeatable,
        KubernetesException { Reason: StatusReason.Unreachable, InnerException: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } } => true,
        KubernetesException { Reason: StatusReason.Unreachable } => call.IsRepeatable,
        _ => false,
    };

    private TimeSpan Pause(int attempt, Exception? failure)
    {
        // Never sooner than the server asks; a little later, so that the nodes that were refused together do not come back together.
        if (failure is KubernetesException { RetryAfter: { } asked })
            return asked * (1 + (0.25 * _options.Chance()));
        var pause = _options.FirstPause * Math.Pow(2, attempt) * (0.5 + _options.Chance());
        return pause < _options.LongestPause ? pause : _options.LongestPause;
    }

    private async Task<HttpResponseMessage> Send(ApiCall call, CallOptions? options, CancellationToken cancellationToken)
    {
        var token = options?.BearerToken ?? Token(call);
        var response = await SendOnce(call, token, cancellationToken);
        if (response.StatusCode is HttpStatusCode.Unauthorized && options?.BearerToken is null && token is not null && _access.Token!.Renew(token))
        {
            response.Dispose(); // the token was replaced since we last looked
            response = await SendOnce(call, Token(call), cancellationToken);
        }
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await Refusal(call, response, cancellationToken);
    }

    private string? Token(ApiCall call)
    {
        try
        {
            return _access.Token?.Current();
        }
        catch (IOException e)
        {
            throw new KubernetesException(call.What, new Status { Reason = StatusReason.Unreachable, Message = e.Message }, inner: e);
        }
    }

    private async Task<HttpResponseMessage> SendOnce(ApiCall call, string? token, CancellationToken cancellationToken)
    {
        using var message = call.Message(_access.Server, token);
        message.Headers.UserAgent.ParseAdd(_userAgent);
        message.Headers.Accept.ParseAdd("application/json");
        var began = _time.GetTimestamp();
        int? code = null;
        try
        {
            var response = await _http.SendAsync(message, cancellationToken);
            code = (int)response.StatusCode;
            return response;
        }
        catch (Exception e) when (IsOfTheConnection(e))
        {
            throw Unreachable(call, e);
        }
        finally
        {
            _metrics.Answered(call, code, _time.GetElapsedTime(began));
        }
    }

    private async Task<T> Understood<T>(
        ApiCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await read(response, cancellationToken);
        }
        catch (JsonException e)
        {
            throw Unreadable(call, $"the answer is not what was expected: {e.Path}", e);
        }
        catch (Exception e) when (IsOfTheConnection(e))
        {
            throw Unreachable(call, e);
        }
    }

    /// <summary>Whether it is the connection that failed; <paramref name="e"/> may come from a request or out of the body of an answer.</summary>
    public static bool IsOfTheConnection(Exception e)
        => e is HttpRequestException or IOException or AuthenticationException
            or SocketException; // which HttpClient lets through when a connection ends while it is being made

    private static async Task<KubernetesException> Refusal(ApiCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var code = (int)response.StatusCode;
        var status = await ReadStatus(response, cancellationToken);
        // What stands between may refuse as well, in words of its own.
        status = (status ?? new Status { Message = $"HTTP {code} without a word of the API server's" }) with { Code = code };
        if (status.Reason is null && code == 429)
            status = status with { Reason = StatusReason.TooManyRequests };
        return new KubernetesException(call.What, status, response.Headers.RetryAfter?.Delta);
    }

    private static async Task<Status?> ReadStatus(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestError, cancellationToken);
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken), KubernetesJson.Default.Status);
        }
        catch (Exception e) when (e is JsonException || IsOfTheConnection(e))
        {
            return null;
        }
    }

    private KubernetesException NoAnswer(ApiCall call, Exception e)
        => new(call.What, new Status { Reason = StatusReason.TimedOut, Message = $"the API server at {_access.Server} did not answer in time" }, inner: e);

    private static string Innermost(Exception e) => e.GetBaseException().Message;
}
