using System.Diagnostics.Metrics;
using System.Globalization;

namespace ActorCsi.Kubernetes.Http;

/// <summary>
/// How many calls were made, each attempt counted, and how the server answered. <c>rest_client_requests</c> is what clients in Go tell, with their labels.
/// </summary>
internal sealed class ApiMetrics
{
    /// <summary>What clients in Go write where there was no answer.</summary>
    private const string NoAnswer = "<error>";

    private readonly string _host;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;

    /// <param name="meters">Who makes meters; null for a meter that nobody looks for.</param>
    /// <param name="server">The API server's address.</param>
    public ApiMetrics(IMeterFactory? meters, Uri server)
    {
        const string name = "ActorCsi.Kubernetes";
        _host = server.Authority;
        var meter = meters?.Create(name) ?? new Meter(name);
        _requests = meter.CreateCounter<long>("rest_client_requests", null, "Requests to the API server, by answer.");
        _durations = meter.CreateHistogram("actorcsi.api.request.duration", "s", "How long the API server took to begin its answer, by verb and resource.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    }

    /// <summary>An attempt is over; <paramref name="code"/> is null when there was no answer.</summary>
    public void Answered(ApiCall call, int? code, TimeSpan took)
    {
        var answer = code?.ToString(CultureInfo.InvariantCulture) ?? NoAnswer;
        _requests.Add(1, new("code", answer), new("host", _host), new("method", call.Method.Method));
        _durations.Record(took.TotalSeconds, new("verb", call.Verb), new("resource", call.Resource), new("code", answer));
    }
}
