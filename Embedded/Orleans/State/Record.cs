using Orleans.Runtime;

namespace ActorCsi.GrainEngine;

/// <summary>Something stored for a grain under a name, with its version.</summary>
internal sealed record Record(GrainId Grain, string Name, string ETag, byte[] Payload);
