using System.Collections.Concurrent;
using System.Text;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// Signed calls, and calls that need no signature. A server whose clock is minutes away from this one's refuses signatures; its answer says what time it is
/// there, and by that the call is signed once more, and all that come after.
/// </summary>
internal sealed class AwsClient(ProviderHttp http, TimeProvider time)
{
    /// <summary>Signatures are good for five minutes; a smaller difference is not the reason.</summary>
    private static readonly TimeSpan NotWorthwhile = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, TimeSpan> _ahead = new(); // by origin: how far its clock is ahead of ours

    /// <summary>The answer to a request that is signed with <paramref name="login"/>, whatever it is.</summary>
    /// <exception cref="VolumeException">There is none.</exception>
    public async Task<AwsAnswer> Send(AwsRequest request, AwsLogin login, CancellationToken cancellationToken)
    {
        var answer = await SendOnce(request, login, cancellationToken);
        if (!answer.SignatureIsOutOfTime || !Learns(request.Endpoint, answer))
            return answer;
        answer.Dispose();
        return await SendOnce(request, login, cancellationToken);
    }

    /// <summary>The answer to a request that carries its credentials in itself.</summary>
    /// <exception cref="VolumeException">There is none.</exception>
    public async Task<AwsAnswer> SendUnsigned(AwsRequest request, CancellationToken cancellationToken)
        => new(await http.To(request.Endpoint).Send(Call(request, []), cancellationToken));

    private async Task<AwsAnswer> SendOnce(AwsRequest request, AwsLogin login, CancellationToken cancellationToken)
    {
        var origin = request.Endpoint.Address;
        List<KeyValuePair<string, string>> headers =
        [
            new("X-Amz-Date", SigV4.Date(time.GetUtcNow() + _ahead.GetValueOrDefault(request.Endpoint.Origin))),
            new("X-Amz-Security-Token", login.SessionToken.ExposeText()),
            .. request.Headers,
        ];
        var authorization = SigV4.Authorization("POST", origin.AbsolutePath,
            [.. headers, new("Host", origin.Authority), new("Content-Type", request.ContentType)], request.Body, login.Key, request.Scope);
        return new(await http.To(request.Endpoint).Send(Call(request, [.. headers, new("Authorization", authorization)]), cancellationToken));
    }

    /// <summary>Everything that is asked here only reads: it may be asked again.</summary>
    private static HttpCall Call(AwsRequest request, IEnumerable<KeyValuePair<string, string>> headers) => new(HttpMethod.Post, "")
    {
        Purpose = request.Purpose,
        Headers = [.. headers],
        Body = request.Body,
        ContentType = request.ContentType,
        IsIdempotent = true,
    };

    private bool Learns(HttpEndpoint endpoint, AwsAnswer answer)
    {
        if (answer.Http.Headers.Date is not { } there)
            return false;
        var (before, ahead) = (_ahead.GetValueOrDefault(endpoint.Origin), there - time.GetUtcNow());
        _ahead[endpoint.Origin] = ahead;
        return (ahead - before).Duration() > NotWorthwhile;
    }
}

/// <summary>A request: always a POST to the root of its endpoint.</summary>
internal sealed record AwsRequest(HttpEndpoint Endpoint, AwsScope Scope, string Purpose, string ContentType, byte[] Body)
{
    /// <summary>Headers of its own; they are signed.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>A form, as STS takes it.</summary>
    public static AwsRequest Form(HttpEndpoint endpoint, AwsScope scope, string action, params IEnumerable<(string Name, string? Value)> fields)
    {
        var form = string.Join('&', fields.Prepend((Name: "Version", Value: "2011-06-15")).Prepend((Name: "Action", Value: action))
            .Where(field => field.Value is not null).Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value!)}"));
        return new AwsRequest(endpoint, scope, $"aws {action}", "application/x-www-form-urlencoded", Encoding.UTF8.GetBytes(form));
    }

    /// <summary>JSON, as the stores take it.</summary>
    /// <param name="endpoint">To whom.</param>
    /// <param name="scope">Where.</param>
    /// <param name="target">The operation, with what the service calls itself: <c>AmazonSSM.GetParameters</c>.</param>
    /// <param name="json">Its arguments.</param>
    public static AwsRequest Json(HttpEndpoint endpoint, AwsScope scope, string target, byte[] json)
        => new(endpoint, scope, $"aws {target[(target.IndexOf('.') + 1)..]}", "application/x-amz-json-1.1", json) { Headers = [new("X-Amz-Target", target)] };
}
