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
    /// <returns>False if the name promises bytes and the value is not base64.</returns>
    public static bool TryAddTo(Metadata metadata, string name, string? value)
    {
        if (value is null || Protocol.IsOwnHeader(name) || !Metadata.Entry.IsKey(name))
            return true;
        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            metadata.Add(name, value);
            return true;
        }

        foreach (var part in value.Split(','))
        {
            if (!TryDecode(part.Trim(), out var bytes))
                return false;
            metadata.Add(name, bytes);
        }

        return true;
    }

    /// <summary>The metadata that a response carries. What is malformed is left out: it must not hide the status beside it.</summary>
    public static Metadata Of(HttpHeaders? headers)
    {
        var metadata = new Metadata();
        if (headers is null)
            return metadata;
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
                TryAddTo(metadata, name, value);
        }

        return metadata;
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

    private static bool TryDecode(string base64, out byte[] bytes)
    {
        var padded = (base64.Length % 4) switch
        {
            2 => base64 + "==",
            3 => base64 + "=",
            _ => base64,
        };
        var buffer = new byte[padded.Length / 4 * 3];
        var decoded = Convert.TryFromBase64String(padded, buffer, out var written);
        bytes = buffer[..written];
        return decoded;
    }
}
