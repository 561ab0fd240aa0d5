using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;

namespace ActorCsi.Embedded.Rpc;

/// <summary>
/// One call on its way through the client:
/// (1) frame the request, (2) send it, (3) take the headers, (4) read the message to the end of the stream, (5) take the status.
/// Token, deadline, the caller's Dispose and the channel's all interrupt it through one token source.
/// </summary>
internal sealed class UnaryClientCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly GrpcChannel _channel;
    private readonly Method<TRequest, TResponse> _method;
    private readonly string? _host;
    private readonly CallOptions _options;
    private readonly CallInterrupt _interrupt;

    private Task<HttpResponseMessage>? _response;
    private HttpHeaders? _trailers;
    private Status? _status;

    public UnaryClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        channel.ThrowIfDisposed();
        _channel = channel;
        _method = method;
        _host = host;
        _options = options;
        _interrupt = new CallInterrupt(options, channel.Options.Time, channel.Disposal);
        ResponseAsync = RunAsync(request);
    }

    public Task<TResponse> ResponseAsync { get; }

    public Status Status => _status ?? throw new InvalidOperationException("The call has not ended, so it has no status yet.");

    public Metadata Trailers => _status is null
        ? throw new InvalidOperationException("The call has not ended, so it has no trailers yet.")
        : MetadataHeaders.Of(_trailers);

    public async Task<Metadata> GetHeadersAsync()
    {
        if (_response is not null)
        {
            try
            {
                return MetadataHeaders.Of((await _response.ConfigureAwait(false)).Headers);
            }
            catch (Exception) when (!_response.IsCompletedSuccessfully) // the call says it better
            {
            }
        }

        await ResponseAsync.ConfigureAwait(false);
        throw new InvalidOperationException("A call without headers cannot have succeeded.");
    }

    /// <summary>Gives the call up, if it has not ended.</summary>
    public void Dispose() => _interrupt.GiveUp();

    private async Task<TResponse> RunAsync(TRequest request)
    {
        Exception? cause = null;
        TResponse? message = null;
        try
        {
            message = await ExchangeAsync(request).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            _status = e.Status;
        }
        catch (Exception e) // the border: every fault of transport or channel becomes a status
        {
            cause = e;
            _status = _interrupt.Reason(e) ?? TransportFailure.StatusOf(e);
        }
        finally
        {
            _interrupt.Dispose();
        }

        if (Status.StatusCode == StatusCode.OK)
            return message!;
        if (cause is not null && _channel.Options.ThrowOperationCanceledOnCancellation && _interrupt.Reason(cause) is not null)
            throw new OperationCanceledException(Status.Detail, cause, _options.CancellationToken);
        throw new RpcException(Status, MetadataHeaders.Of(_trailers));
    }

    private async ValueTask<TResponse?> ExchangeAsync(TRequest request)
    {
        _interrupt.Token.ThrowIfCancellationRequested();
        using var http = NewRequest(request); // 1
        _response = _channel.SendAsync(http, _interrupt.Token); // 2
        using var response = await _response.ConfigureAwait(false);

        if (ResponseStatus.In(response.Headers) is { } headerStatus) // 3: a response without a body, "Trailers-Only"
        {
            _trailers = response.Headers;
            return Finish(headerStatus, message: null);
        }

        if (response.StatusCode != HttpStatusCode.OK || !Protocol.IsGrpcContentType(ResponseStatus.ContentType(response)))
            return Finish(ResponseStatus.OfHttp(response), message: null);

        var body = await response.Content.ReadAsStreamAsync(_interrupt.Token).ConfigureAwait(false); // 4
        var message = await ResponseBody.ReadAsync(
                body, _method.ResponseMarshaller.ContextualDeserializer, _channel.Options.MaxReceiveMessageSize, _interrupt.Token)
            .ConfigureAwait(false);

        _trailers = response.TrailingHeaders; // 5
        return Finish(ResponseStatus.In(_trailers) ?? ResponseStatus.Missing, message);
    }

    private TResponse? Finish(Status status, TResponse? message)
    {
        if (status.StatusCode == StatusCode.OK && message is null)
            status = new Status(StatusCode.Internal, "The server answered OK without a message.");
        _status = status;
        return message;
    }

    private HttpRequestMessage NewRequest(TRequest request)
    {
        var http = new HttpRequestMessage(HttpMethod.Post, _channel.UriOf(_method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = RequestContent.Of(request, _method.RequestMarshaller.ContextualSerializer, _channel.Options.MaxSendMessageSize),
        };
        http.Headers.Host = _host;
        http.Headers.TryAddWithoutValidation("te", "trailers");
        http.Headers.TryAddWithoutValidation("user-agent", Protocol.UserAgent);
        if (_interrupt.Timeout is { } timeout)
            http.Headers.TryAddWithoutValidation(Protocol.TimeoutHeader, GrpcTimeout.Format(timeout));
        if (_options.Headers is { Count: > 0 } headers)
            MetadataHeaders.AddTo(http.Headers, headers);
        return http;
    }
}
