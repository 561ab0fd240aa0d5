using System.Text.Json.Serialization;

namespace ActorCsi.Cluster.Status;

/// <summary>What is remembered of a written status object, so that a driver that starts again need not ask for it.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.Cluster.PodStatusRecord")]
internal sealed record PodStatusRecord
{
    /// <summary>The SHA-256 of what was written last; empty before.</summary>
    [Id(0)]
    public string Written { get; init; } = "";

    /// <summary>The object's uid.</summary>
    [Id(1)]
    public string Uid { get; init; } = "";
}

[JsonSerializable(typeof(PodStatusRecord))]
internal sealed partial class PodStatusRecordJson : JsonSerializerContext;
