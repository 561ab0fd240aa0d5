namespace ActorCsi.Kubernetes.Kinds;

/// <summary>A condition of an object's status, as far as it is used.</summary>
public sealed record V1Condition
{
    /// <summary>Such as <c>Ready</c>, <c>Approved</c> or <c>Denied</c>.</summary>
    public string? Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string? Status { get; init; }

    /// <summary>One word of CamelCase.</summary>
    public string? Reason { get; init; }

    /// <summary>For people.</summary>
    public string? Message { get; init; }
}
