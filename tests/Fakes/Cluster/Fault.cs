using System.Globalization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ActorCsi.Fakes.Cluster;

/// <summary>Something that goes wrong with a request instead of, or after, its being served.</summary>
public sealed class Fault
{
    private readonly Func<HttpContext, Task> _does;

    private Fault(Func<HttpContext, Task> does, bool servesFirst = false, bool servesAfter = false)
        => (_does, ServesFirst, ServesAfter) = (does, servesFirst, servesAfter);

    /// <summary>Whether the request is carried out before the fault, so that the caller cannot know.</summary>
    internal bool ServesFirst { get; }

    /// <summary>Whether the request is carried out and answered after the fault.</summary>
    internal bool ServesAfter { get; }

    /// <summary>Taken and never answered.</summary>
    public static Fault Hangs { get; } = new(static http => Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted));

    /// <summary>The connection breaks before anything is done.</summary>
    public static Fault Cut { get; } = new(Abort);

    /// <summary>All is done, and the connection breaks before the answer.</summary>
    public static Fault CutAfterwards { get; } = new(Abort, servesFirst: true);

    /// <summary>What stands between answers with a web page.</summary>
    public static Fault WebPage { get; } = new(static http =>
    {
        http.Response.ContentType = "text/html";
        return http.Response.WriteAsync("<html>Sign in</html>");
    });

    /// <summary>A watch that is taken and ended at once.</summary>
    public static Fault EmptyWatch { get; } = new(static http =>
    {
        http.Response.ContentType = "application/json";
        return http.Response.Body.FlushAsync(http.RequestAborted);
    });

    /// <summary>Served when <paramref name="opened"/> has completed.</summary>
    public static Fault Waits(Task opened) => new(http => opened.WaitAsync(http.RequestAborted), servesAfter: true);

    /// <summary>A refusal with a Status.</summary>
    public static Fault Answers(int code, string reason, TimeSpan? retryAfter = null) => new(http =>
    {
        if (retryAfter is { } pause)
            http.Response.Headers.RetryAfter = ((int)pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return FakeCluster.Answer(http, new ApiRefusal(code, reason, "the fake refuses"));
    });

    /// <summary>429, as of the API server's priority and fairness.</summary>
    public static Fault Throttles(TimeSpan retryAfter) => Answers(429, "TooManyRequests", retryAfter);

    internal Task Happen(HttpContext http) => _does(http);

    internal static Task Abort(HttpContext http)
    {
        http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
        return Task.CompletedTask;
    }
}

/// <summary>How the fake says no.</summary>
internal sealed class ApiRefusal(int code, string reason, string message) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public IReadOnlyList<(string Reason, string Message, string Field)> Causes { get; init; } = [];
}
