using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ActorCsi.Telemetry.Otlp;

/// <summary>
/// Sends metrics and traces to a collector. The one place that knows OpenTelemetry's SDK: where nobody asks for it, its assemblies are not even loaded.
/// </summary>
internal sealed class OtlpExport(OtlpOptions options, ILogger<OtlpExport> log) : IHostedService, IDisposable
{
    /// <summary>The names of all our meters and activity sources begin so.</summary>
    private const string Ours = "ActorCsi.*";

    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateEmpty()
            .AddService("actorcsi", serviceVersion: options.Version, autoGenerateServiceInstanceId: false, serviceInstanceId: options.NodeId)
            .AddAttributes([new("k8s.node.name", options.NodeId)])
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector(); // last: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES count for more
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Ours).AddOtlpExporter(to => Lead(to, "v1/metrics")).Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Ours).AddOtlpExporter(to => Lead(to, "v1/traces")).Build();
        Log.Exporting(log, options.Endpoint);
        return Task.CompletedTask;
    }

    /// <summary>Sends what is still here, as far as the time allows.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Dispose, CancellationToken.None).WaitAsync(cancellationToken);

    public void Dispose()
    {
        Interlocked.Exchange(ref _traces, null)?.Dispose();
        Interlocked.Exchange(ref _metrics, null)?.Dispose();
    }

    private void Lead(OtlpExporterOptions exporter, string path)
    {
        if (options.Protocol == "grpc")
            (exporter.Protocol, exporter.Endpoint) = (OtlpExportProtocol.Grpc, options.Endpoint);
        else
            (exporter.Protocol, exporter.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri(Folder(options.Endpoint), path)); // the SDK adds no path to an endpoint from here
    }

    private static Uri Folder(Uri uri) => uri.AbsoluteUri.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");
}
