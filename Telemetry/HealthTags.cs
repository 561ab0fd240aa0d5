namespace ActorCsi.Telemetry;

/// <summary>The tags of health checks: which page asks them.</summary>
public static class HealthTags
{
    /// <summary>Asked by <c>/healthz</c>. A process that fails here is restarted.</summary>
    public const string Live = "live";

    /// <summary>Asked by <c>/readyz</c>.</summary>
    public const string Ready = "ready";
}
