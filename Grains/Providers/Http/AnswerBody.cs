using System.Security.Cryptography;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>Reads the body of an answer, of bounded size, into bytes that can be erased; what it needs on the way is erased too.</summary>
internal static class AnswerBody
{
    private const int FirstGuess = 4096;

    /// <exception cref="AnswerTooLong">The body is longer than <paramref name="longest"/> bytes.</exception>
    public static async Task<Secret> Read(HttpContent content, int longest, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        if (announced > longest)
            throw new AnswerTooLong(longest);

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[Math.Min(longest, announced ?? FirstGuess) + 1]; // one more than fits, to see the end
        var length = 0;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length > longest)
                    throw new AnswerTooLong(longest);
                if (length == buffer.Length)
                    Grow(ref buffer, length, longest);
            }
            return new Secret(buffer[..length]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static void Grow(ref byte[] buffer, int length, int longest)
    {
        var larger = new byte[(int)Math.Min(longest + 1L, length * 2L)];
        buffer.CopyTo(larger, 0);
        CryptographicOperations.ZeroMemory(buffer);
        buffer = larger;
    }
}

/// <summary>The answer is longer than it may be.</summary>
internal sealed class AnswerTooLong(int longest) : Exception($"gives an answer of more than {longest} bytes");
