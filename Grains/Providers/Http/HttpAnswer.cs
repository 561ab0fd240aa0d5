using System.Net.Http.Headers;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>What an endpoint answered, whatever its status. Who receives it owns the body and disposes of it, which erases it.</summary>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The whole body, of bounded size; may hold secrets.</param>
/// <param name="RetryAfter">How long the server asked to be left alone; null when it did not.</param>
internal sealed record HttpAnswer(int Status, HttpResponseHeaders Headers, Secret Body, TimeSpan? RetryAfter) : IDisposable
{
    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <inheritdoc/>
    public void Dispose() => Body.Erase();
}
