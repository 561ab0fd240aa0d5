using System.Buffers;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Reads the one message of a unary request where Kestrel received it, and insists that it is the only one.</summary>
internal static class RequestMessage
{
    /// <param name="call">The call.</param>
    /// <param name="deserialize">Bytes to message.</param>
    /// <param name="maxLength">The largest message in bytes; null for no limit.</param>
    /// <exception cref="RpcException">The body is not one whole message within the limit.</exception>
    public static async ValueTask<T> ReadAsync<T>(
        HttpContextServerCallContext call, Func<DeserializationContext, T> deserialize, int? maxLength)
        where T : class
    {
        var body = call.Http.Request.BodyReader;
        T? message = null;
        while (true)
        {
            // A body that is already here, as nearly always, needs no token, and so no token source.
            if (!body.TryRead(out var read))
                read = await body.ReadAsync(call.ReadToken);

            var rest = read.Buffer;
            if (message is null && TryTakePayload(ref rest, maxLength, out var payload))
                message = Deserialize(deserialize, payload);
            if (message is not null && !rest.IsEmpty)
                throw Malformed("The request holds more than one message, but the method takes one.");

            // What is consumed may not be looked at again; what is only examined asks for more.
            body.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                return message ?? throw Incomplete(rest);
        }
    }

    private static bool TryTakePayload(ref ReadOnlySequence<byte> body, int? maxLength, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        if (body.Length < Framing.PrefixLength)
            return false;

        Span<byte> bytes = stackalloc byte[Framing.PrefixLength];
        body.Slice(0, Framing.PrefixLength).CopyTo(bytes);
        var prefix = Framing.ReadPrefix(bytes);
        if (prefix.Flag == MessagePrefix.Compressed)
            throw Malformed("The request message is flagged as compressed, but no grpc-encoding was announced.");
        if (prefix.Flag != MessagePrefix.Plain)
            throw Malformed($"The request message begins with the byte {prefix.Flag}; 0 or 1 was expected.");
        if (prefix.Length > (maxLength ?? int.MaxValue))
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"The request message has {prefix.Length} bytes; at most {maxLength ?? int.MaxValue} are accepted."));
        }

        if (body.Length - Framing.PrefixLength < prefix.Length)
            return false;
        payload = body.Slice(Framing.PrefixLength, prefix.Length);
        body = body.Slice(payload.End);
        return true;
    }

    private static T Deserialize<T>(Func<DeserializationContext, T> deserialize, in ReadOnlySequence<byte> payload)
    {
        try
        {
            return deserialize(new SequenceDeserializationContext(payload));
        }
        catch (Exception e) // a border: whatever the marshaller throws at these bytes, the bytes are wrong
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The request message is not a valid {typeof(T).Name}.", e));
        }
    }

    private static RpcException Incomplete(in ReadOnlySequence<byte> rest) => rest.IsEmpty
        ? Malformed("The request holds no message.")
        : Malformed($"The request ends in the middle of its message, after {rest.Length} bytes.");

    private static RpcException Malformed(string detail) => new(new Status(StatusCode.Internal, detail));
}
