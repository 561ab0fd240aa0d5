using System.Buffers;
using ActorCsi.Embedded.Rpc;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Rpc.Wire;

/// <summary>The rented buffer of a request goes back to the pool cleared, and never while it is being sent.</summary>
public class RequestContentTests
{
    private const int Size = 100_000;
    private const int Rented = 131_072; // the pool's size for a message of that size

    [Fact]
    public void Dispose_AfterUse_GivesBackZeros()
    {
        Of(0x5a).Dispose();

        // The pool is everybody's, so the arrays may hold something; but not this.
        var trace = Enumerable.Repeat((byte)0x5a, 64).ToArray();
        Assert.All(TakeFromPool(), array => Assert.Equal(-1, array.AsSpan().IndexOf(trace)));
    }

    [Fact]
    public async Task Dispose_WhileSending_LeavesTheBytesAlone()
    {
        var stream = new StuckStream();
        var content = Of(0x5a);
        var sending = content.CopyToAsync(stream);
        content.Dispose();
        foreach (var array in TakeFromPool())
            Array.Fill(array, (byte)0xee);

        stream.Release();
        await sending.Soon();

        Assert.Equal(Frames.Message(Enumerable.Repeat((byte)0x5a, Size).ToArray()), stream.Seen);
    }

    [Fact]
    public async Task Send_Again_SendsTheSame() // as HttpClient does after REFUSED_STREAM
    {
        using var content = Of(0x5a);
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        await content.CopyToAsync(first);
        await content.CopyToAsync(second);

        Assert.Equal(Size + 5, first.Length);
        Assert.Equal(first.ToArray(), second.ToArray());
    }

    [Fact]
    public async Task Send_AfterDispose_IsRefused()
    {
        var content = Of(0x5a);
        content.Dispose();

        await Assert.ThrowsAnyAsync<Exception>(() => content.CopyToAsync(Stream.Null));
    }

    private static RequestContent Of(byte fill) => RequestContent.Of(
        new string('x', Size), (text, context) => context.Complete(Enumerable.Repeat(fill, text.Length).ToArray()), maxLength: null);

    private static List<byte[]> TakeFromPool() => [.. Enumerable.Range(0, 64).Select(_ => ArrayPool<byte>.Shared.Rent(Rented))];

    /// <summary>Looks at what it was given only when released, like a connection without a flow-control window.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource _release = new();

        public byte[] Seen { get; private set; } = [];

        public void Release() => _release.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _release.Task;
            Seen = buffer.ToArray();
        }
    }
}
