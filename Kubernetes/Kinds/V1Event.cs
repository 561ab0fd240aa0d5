namespace ActorCsi.Kubernetes.Kinds;

/// <summary>core/v1 Event.</summary>
public sealed record V1Event : KubernetesObject
{
    /// <summary>What the event is about.</summary>
    public V1ObjectReference? InvolvedObject { get; init; }

    /// <summary>One word of CamelCase.</summary>
    public string? Reason { get; init; }

    /// <summary>For people; at most 1,024 characters.</summary>
    public string? Message { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; init; }

    /// <summary>When it was seen first.</summary>
    public DateTimeOffset? FirstTimestamp { get; init; }

    /// <summary>When it was seen last.</summary>
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How often it was seen.</summary>
    public int? Count { get; init; }

    /// <summary>Who says so.</summary>
    public V1EventSource? Source { get; init; }

    /// <summary>Who says so, in the newer form.</summary>
    public string? ReportingComponent { get; init; }

    /// <summary>Which one of them says so.</summary>
    public string? ReportingInstance { get; init; }
}

/// <summary>core/v1 ObjectReference.</summary>
public sealed record V1ObjectReference
{
    /// <summary>The object's API version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Its kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Its namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its uid.</summary>
    public string? Uid { get; init; }

    /// <summary>Its version.</summary>
    public string? ResourceVersion { get; init; }
}

/// <summary>core/v1 EventSource.</summary>
public sealed record V1EventSource
{
    /// <summary>The program.</summary>
    public string? Component { get; init; }

    /// <summary>The node.</summary>
    public string? Host { get; init; }
}
