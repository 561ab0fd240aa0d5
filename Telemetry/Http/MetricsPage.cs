using ActorCsi.Telemetry.Prometheus;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ActorCsi.Telemetry.Http;

/// <summary><c>/metrics</c>, in the format that the scraper prefers.</summary>
internal sealed class MetricsPage(MetricStore metrics)
{
    private const string OpenMetrics = "application/openmetrics-text";

    public async Task Show(HttpContext context)
    {
        var isOpenMetrics = PrefersOpenMetrics(context.Request.Headers.Accept);
        context.Response.ContentType = isOpenMetrics ? OpenMetrics + "; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";
        context.Response.Headers.Vary = HeaderNames.Accept;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        metrics.Write(context.Response.BodyWriter, isOpenMetrics);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    /// <summary>Whether the header names OpenMetrics and wants nothing more than that. Without a word of it the answer is the older format, which everybody reads.</summary>
    internal static bool PrefersOpenMetrics(IList<string> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
            return false;
        var open = types.Where(type => type.MediaType.Equals(OpenMetrics, StringComparison.OrdinalIgnoreCase)).Select(Weight).DefaultIfEmpty(0).Max();
        var plain = types.Where(type => type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)).Select(Weight).DefaultIfEmpty(0).Max();
        return open > 0 && open >= plain;

        static double Weight(MediaTypeHeaderValue type) => type.Quality ?? 1;
    }
}
