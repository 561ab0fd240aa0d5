using System.Collections.Frozen;
using System.Globalization;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Names and numbers of the protocol that both sides use.</summary>
internal static class Protocol
{
    public const string ContentType = "application/grpc";
    public const string UserAgent = "grpc-dotnet-embedded/1.0";
    public const string Identity = "identity";

    public const string TimeoutHeader = "grpc-timeout";
    public const string EncodingHeader = "grpc-encoding";
    public const string AcceptEncodingHeader = "grpc-accept-encoding";
    public const string StatusHeader = "grpc-status";
    public const string MessageHeader = "grpc-message";

    /// <summary>What a message may weigh on arrival unless an option says otherwise: gRPC's usual 4 MiB.</summary>
    public const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    private static readonly string[] StatusTexts =
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"];

    private static readonly FrozenSet<string> OwnHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        TimeoutHeader, EncodingHeader, AcceptEncodingHeader, StatusHeader, MessageHeader,
        "content-type", "content-encoding", "content-length", "te", "host", "accept-encoding", "connection", "transfer-encoding", "trailer");

    /// <summary><c>application/grpc</c>, alone or followed by a message format (<c>+proto</c>) or a parameter (<c>;charset</c>).</summary>
    public static bool IsGrpcContentType(string? contentType)
        => contentType is not null
            && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
            && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';');

    /// <summary>Headers that belong to the protocol or to HTTP, never to the metadata of a call.</summary>
    public static bool IsOwnHeader(string name) => name.StartsWith(':') || OwnHeaders.Contains(name);

    public static string StatusText(StatusCode code)
        => (uint)code < (uint)StatusTexts.Length ? StatusTexts[(int)code] : ((int)code).ToString(CultureInfo.InvariantCulture);
}
