using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ActorCsi.Embedded.Http2;

namespace ActorCsi.Tests.Rpc;

/// <summary>One HTTP/2 connection, frame by frame, to say what no well-behaved client says.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NetworkStream _stream;
    private readonly HpackDecoder _decoder = new(maxTableSize: 4096, maxListSize: 1 << 20);

    private bool _sendingClosed;

    private RawConnection(NetworkStream stream) => _stream = stream;

    public static async Task<RawConnection> OpenAsync(string socket)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket));
        return new RawConnection(new NetworkStream(connection, ownsSocket: true));
    }

    /// <summary>Opens a connection and says the preface with empty settings.</summary>
    public static async Task<RawConnection> OpenHttp2Async(string socket)
    {
        var raw = await OpenAsync(socket);
        await raw.SendAsync([.. Frames.Preface, .. Frames.Settings()]);
        return raw;
    }

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    /// <summary>Sends no more, as a client that died.</summary>
    public void CloseSending()
    {
        _sendingClosed = true;
        _stream.Socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Reads until the stream ends, however it does.</summary>
    public async Task<RawAnswer> ReadAnswerAsync(int streamId = 1)
    {
        var answer = new RawAnswer();
        using var patience = new CancellationTokenSource(Patience);
        var prefix = new byte[FrameHeader.Size];
        while (true)
        {
            FrameHeader header;
            byte[] payload;
            try
            {
                await _stream.ReadExactlyAsync(prefix, patience.Token);
                header = FrameHeader.Read(new ReadOnlySequence<byte>(prefix));
                payload = new byte[header.Length];
                await _stream.ReadExactlyAsync(payload, patience.Token);
                if (header is { Type: Frames.SettingsType, Flags: 0 } && !_sendingClosed)
                    await SendAsync(Frames.Of(Frames.SettingsType, Frames.Ack, 0, []));
            }
            catch (IOException)
            {
                return answer with { Closed = true };
            }

            if (header.Type == Frames.GoAwayType)
                return answer with { GoAway = BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4)) };
            if (header.StreamId != streamId)
                continue;

            switch (header.Type)
            {
                case FrameHeader.Headers:
                    foreach (var field in _decoder.Decode(payload))
                        answer.Headers.Add((Encoding.UTF8.GetString(field.Name), Encoding.UTF8.GetString(field.Value)));
                    break;
                case Frames.DataType:
                    answer.Body.AddRange(payload);
                    break;
                case Frames.ResetType:
                    return answer with { Reset = BinaryPrimitives.ReadInt32BigEndian(payload) };
            }

            if (header.Type is FrameHeader.Headers or Frames.DataType && header.Has(Frames.EndStream))
                return answer;
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}

/// <summary>How a server ended a stream.</summary>
internal sealed record RawAnswer
{
    public List<(string Name, string Value)> Headers { get; } = [];

    public List<byte> Body { get; } = [];

    public int? Reset { get; init; }

    public int? GoAway { get; init; }

    public bool Closed { get; init; }

    public string? this[string name] => Headers.Where(h => h.Name == name).Select(h => h.Value).LastOrDefault();

    public int? GrpcStatus => this["grpc-status"] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    public override string ToString()
        => $"headers [{string.Join(", ", Headers)}], {Body.Count} bytes, reset {Reset}, goaway {GoAway}, closed {Closed}";
}
