using ActorCsi.Embedded.Rpc;

namespace Grpc.AspNetCore.Server;

/// <summary>How services are served.</summary>
public class GrpcServiceOptions
{
    /// <summary>The largest response in bytes; null, the default, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The largest request in bytes; null for no limit. 4 MiB unless set.</summary>
    public int? MaxReceiveMessageSize { get; set; } = Protocol.DefaultMaxReceiveMessageSize;

    /// <summary>Whether the caller is told type and message of an exception a handler did not expect. Not unless set.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>Whether calls to services that are not mapped are left to other middleware. Unless set they are answered UNIMPLEMENTED.</summary>
    public bool? IgnoreUnknownServices { get; set; }
}
