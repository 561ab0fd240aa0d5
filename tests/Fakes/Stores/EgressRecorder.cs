using System.Collections.Concurrent;
using System.Text;

namespace ActorCsi.Fakes.Stores;

/// <summary>
/// Sees every byte of every request that leaves a provider, and where it goes: for the rule that the token for one audience only ever
/// reaches the endpoint that it is meant for. Plug it in as <c>Observe</c> of the HTTP options.
/// </summary>
public sealed class EgressRecorder
{
    private readonly ConcurrentQueue<(string Origin, string Everything)> _sent = new();

    /// <summary>Wraps <paramref name="handler"/>.</summary>
    public HttpMessageHandler Observe(HttpMessageHandler handler) => new Observer(this) { InnerHandler = handler };

    /// <summary>The origins (scheme, host, port) to which <paramref name="secret"/> was sent, each once; as it is or in base64.</summary>
    public IReadOnlyList<string> OriginsThatSaw(string secret)
    {
        var coded = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
        return [.. _sent
            .Where(sent => sent.Everything.Contains(secret, StringComparison.Ordinal) || sent.Everything.Contains(Uri.EscapeDataString(secret), StringComparison.Ordinal)
                || sent.Everything.Contains(coded, StringComparison.Ordinal))
            .Select(sent => sent.Origin).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>All origins that anything was sent to.</summary>
    public IReadOnlyList<string> Origins => [.. _sent.Select(sent => sent.Origin).Distinct().Order(StringComparer.Ordinal)];

    private sealed class Observer(EgressRecorder recorder) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            recorder._sent.Enqueue((request.RequestUri!.GetLeftPart(UriPartial.Authority), $"{request.Method} {request.RequestUri}\n{request.Headers}\n{body}"));
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
