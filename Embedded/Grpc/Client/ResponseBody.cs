using System.Buffers;
using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>
/// Reads the one message of a unary response into a rented array that goes back cleared, and on to the end of the stream, where the
/// trailers are.
/// </summary>
internal static class ResponseBody
{
    private const int FirstRead = 4096;

    /// <returns>The message, or null if the body is empty.</returns>
    /// <exception cref="RpcException">The body is not one whole message within the limit.</exception>
    public static async ValueTask<T?> ReadAsync<T>(
        Stream body, Func<DeserializationContext, T> deserialize, int? maxLength, CancellationToken cancellationToken)
        where T : class
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstRead);
        try
        {
            var count = 0;
            var length = int.MaxValue; // of the whole frame, once its prefix is here
            while (true)
            {
                // One byte more than the frame is asked for, so that a second message shows.
                if (count == buffer.Length)
                    Grow(ref buffer, count, length);
                var read = await body.ReadAsync(buffer.AsMemory(count), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    break;
                count += read;
                if (length == int.MaxValue && count >= Framing.PrefixLength)
                    length = FrameLength(buffer, maxLength);
                if (count > length)
                    throw Malformed("The response holds more than one message, but the method gives one.");
            }

            if (count == 0)
                return null;
            if (count < length)
                throw Malformed($"The response ends in the middle of its message, after {count} bytes.");
            return Deserialize(deserialize, buffer.AsMemory(Framing.PrefixLength, length - Framing.PrefixLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static int FrameLength(byte[] buffer, int? maxLength)
    {
        var prefix = Framing.ReadPrefix(buffer);
        if (prefix.Flag == MessagePrefix.Compressed)
            throw Malformed("The response message is compressed, which this client did not offer to accept.");
        if (prefix.Flag != MessagePrefix.Plain)
            throw Malformed($"The response message begins with the byte {prefix.Flag}; 0 or 1 was expected.");
        var limit = Math.Min(maxLength ?? int.MaxValue, Array.MaxLength - Framing.PrefixLength - 1);
        if (prefix.Length > limit)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"The response message has {prefix.Length} bytes; at most {limit} are accepted."));
        }

        return Framing.PrefixLength + (int)prefix.Length;
    }

    // By doubling, not to the announced length at once: who announces much must also send much.
    private static void Grow(ref byte[] buffer, int count, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(count * 2L, Math.Max(length, count) + 1L));
        buffer.AsSpan(0, count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        buffer = larger;
    }

    private static T Deserialize<T>(Func<DeserializationContext, T> deserialize, ReadOnlyMemory<byte> payload)
    {
        try
        {
            return deserialize(new SequenceDeserializationContext(new ReadOnlySequence<byte>(payload)));
        }
        catch (Exception e) // a border: whatever the marshaller throws at these bytes, the bytes are wrong
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The response message is not a valid {typeof(T).Name}.", e));
        }
    }

    private static RpcException Malformed(string detail) => new(new Status(StatusCode.Internal, detail));
}
