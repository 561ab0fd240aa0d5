using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace ActorCsi.Driver;

/// <summary>
/// How long calls took and how they were answered, under the names of OpenTelemetry's conventions for RPC
/// (https://opentelemetry.io/docs/specs/semconv/rpc/). docs/OBSERVABILITY.md has the table of all metrics.
/// </summary>
internal sealed class RpcMetrics
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "ActorCsi.Driver";

    public const string System = "rpc.system.name";
    public const string Method = "rpc.method";
    public const string StatusCodeTag = "rpc.response.status_code";

    private static readonly ConcurrentDictionary<string, string> Methods = new(StringComparer.Ordinal);

    private static readonly string[] Codes =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    private readonly TimeProvider _time;
    private readonly Histogram<double> _calls;

    public RpcMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(Name);
        meter.CreateObservableGauge("actorcsi.build.info", () => new Measurement<long>(1, new KeyValuePair<string, object?>("version", CsiDriverOptions.Version)), null, "Always 1; the label says which version runs.");
        _calls = meter.CreateHistogram("rpc.server.call.duration", "s", "How long calls from kubelet and operators took, by method and answer.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
    }

    /// <summary>The beginning of a call, for <see cref="Answered"/>.</summary>
    public long Begin() => _calls.Enabled ? _time.GetTimestamp() : 0;

    /// <summary>A call that began at <paramref name="began"/> has its answer.</summary>
    public void Answered(long began, string method, StatusCode code)
    {
        if (_calls.Enabled && began != 0)
            _calls.Record(_time.GetElapsedTime(began).TotalSeconds, new(System, "grpc"), new(Method, MethodName(method)), new(StatusCodeTag, CodeName(code)));
    }

    /// <summary><c>csi.v1.Node/NodePublishVolume</c>: the path of the request without its first slash. Only methods that exist come here.</summary>
    public static string MethodName(string path) => Methods.GetOrAdd(path, static path => path.TrimStart('/'));

    /// <summary><c>PERMISSION_DENIED</c>: the code as gRPC's own documents write it.</summary>
    public static string CodeName(StatusCode code) => Codes[(int)code];
}
