namespace ActorCsi.Telemetry.Otlp;

/// <summary>
/// Where metrics and traces are sent. What else OpenTelemetry can be told, such as headers, samplers and intervals, it reads from its own environment variables
/// (https://opentelemetry.io/docs/languages/sdk-configuration/).
/// </summary>
public sealed record OtlpOptions
{
    /// <summary>The collector: <c>http://127.0.0.1:4317</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The node's name, <c>k8s.node.name</c> of everything that is sent.</summary>
    public required string NodeId { get; init; }

    /// <summary>The version of the program.</summary>
    public required string Version { get; init; }

    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public void Validate()
    {
        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https"))
            throw new ArgumentException($"OTLP endpoint '{Endpoint}': expected http://HOST:PORT or https://HOST:PORT");
        if (Protocol is not ("grpc" or "http/protobuf"))
            throw new ArgumentException($"OTLP protocol '{Protocol}': expected grpc or http/protobuf");
    }
}
