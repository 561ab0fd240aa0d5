using System.Net.Http.Headers;

namespace ActorCsi.Kubernetes.Http;

/// <summary>One call: what is sent at every attempt.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query, relative to the server.</param>
/// <param name="What">The call in words, for messages: <c>get secrets default/x</c>.</param>
/// <param name="Body">What is sent; null for nothing.</param>
/// <param name="ContentType">What kind of thing that is.</param>
/// <param name="IsRepeatable">Whether doing it twice is the same as doing it once.</param>
internal sealed record ApiCall(HttpMethod Method, string Path, string What, byte[]? Body = null, string ContentType = "application/json", bool IsRepeatable = true)
{
    /// <summary>The first word of <see cref="What"/>: <c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>apply</c>, <c>patch</c> or <c>delete</c>.</summary>
    public string Verb => What[..What.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>The kind of thing, in the plural; <c>version</c> for the server's version.</summary>
    public string Resource => Path == "version" ? Path : What.Split(' ')[1];

    public HttpRequestMessage Message(Uri server, string? token)
    {
        var message = new HttpRequestMessage(Method, new Uri(server, Path))
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (Body is not null)
            message.Content = new ByteArrayContent(Body) { Headers = { ContentType = new MediaTypeHeaderValue(ContentType) } };
        return message;
    }
}
