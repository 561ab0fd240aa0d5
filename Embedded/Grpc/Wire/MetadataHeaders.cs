using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Metadata as HTTP headers and back. Bytes travel as base64, with or without padding, several values joined by commas.</summary>
internal static class MetadataHeaders
{
    private static readonly SearchValues<char> PrintableAscii =
        SearchValues.Create(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Adds a header to the metadata, unless it belongs to the protocol or has a name that metadata cannot have.</summary>
    /// <exception cref="RpcException">The name promises bytes and the value is not base64.</exception>
    public static void AddTo(Metadata metadata, string name, string? value)
    {
        if (value is null || Protocol.IsOwnHeader(name) || !Metadata.Entry.IsKey(name))
            return;
        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            metadata.Add(name, value);
            return;
        }

        foreach (var part in value.Split(','))
            metadata.Add(name, Base64(name, part.Trim()));
    }

    /// <summary>Adds all HTTP headers to the metadata that belong there.</summary>
    public static void AddTo(Metadata metadata, HttpHeaders headers)
    {
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
                AddTo(metadata, name, value);
        }
    }

    /// <summary>Adds metadata to HTTP headers.</summary>
    /// <exception cref="RpcException">A value cannot stand in a header.</exception>
    public static void AddTo(HttpHeaders headers, Metadata metadata)
    {
        if (!AreSendable(metadata, out var key))
            throw new RpcException(new Status(StatusCode.Internal, $"The header \"{key}\" is not printable ASCII."));
        foreach (var entry in metadata)
        {
            if (!Protocol.IsOwnHeader(entry.Key))
                headers.TryAddWithoutValidation(entry.Key, entry.WireValue);
        }
    }

    /// <summary>Whether every value can stand in a header; if not, the first key whose value cannot.</summary>
    public static bool AreSendable(Metadata metadata, [NotNullWhen(false)] out string? offendingKey)
    {
        foreach (var entry in metadata)
        {
            if (!entry.IsBinary && entry.Value.AsSpan().ContainsAnyExcept(PrintableAscii))
            {
                offendingKey = entry.Key;
                return false;
            }
        }

        offendingKey = null;
        return true;
    }

    private static byte[] Base64(string name, string value)
    {
        var padded = (value.Length % 4) switch
        {
            2 => value + "==",
            3 => value + "=",
            _ => value,
        };
        var bytes = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, bytes, out var written))
            throw new RpcException(new Status(StatusCode.Internal, $"The metadata \"{name}\" must be base64, since its name ends with \"-bin\"."));
        return bytes[..written];
    }
}
