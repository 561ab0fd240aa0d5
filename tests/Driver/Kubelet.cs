using System.Text;
using ActorCsi.Protocol;
using ActorCsi.Testing;
using Csi.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using PluginRegistration.V1;

namespace ActorCsi.Tests.Driver;

/// <summary>Plays kubelet's client: a new connection for each call, a deadline, and an <c>:authority</c> of its own.</summary>
internal static class Kubelet
{
    // kubelet gives GetInfo one second; a machine that runs all tests at once may take longer.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>A channel to a unix socket that names <paramref name="authority"/> as kubelet does, sound or not.</summary>
    public static GrpcChannel Connect(string socket, string authority = "localhost")
    {
        // HttpClient sends no authority that is not the name of a host. So it is given one of the same length, to be overwritten on its way out.
        var host = authority == "localhost" ? authority : string.Concat(Enumerable.Range(0, authority.Length).Select(i => i % 32 == 16 ? '.' : 'x'));
        return GrpcChannel.ForAddress($"http://{host}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) => new OverwritingStream(await UnixSocket.Connect(socket, cancellationToken), host, authority),
            },
            DisposeHttpClient = true,
        });
    }

    /// <summary>One call to the CSI socket.</summary>
    public static async Task<T> Node<T>(string socket, Func<Node.NodeClient, AsyncUnaryCall<T>> call)
    {
        using var channel = Connect(socket);
        return await call(new Node.NodeClient(channel)).ResponseAsync.Soon();
    }

    /// <summary>One call to the registration socket, with the authority that kubelet sends there.</summary>
    public static async Task<T> Registration<T>(string socket, Func<Registration.RegistrationClient, AsyncUnaryCall<T>> call)
    {
        using var channel = Connect(socket, Uri.EscapeDataString(socket));
        return await call(new Registration.RegistrationClient(channel)).ResponseAsync.Soon();
    }

    /// <summary>Makes a recorded call again; before a publish it asks for the capabilities twice, as kubelet does.</summary>
    public static async Task<IMessage> Repeat(RecordedCall call, string socket)
    {
        var options = new CallOptions(deadline: DateTime.UtcNow + call.Deadline + Grace);
        if (call.Request is NodePublishVolumeRequest)
            for (var i = 0; i < 2; i++)
                await Node(socket, node => node.NodeGetCapabilitiesAsync(new(), options));

        using var channel = Connect(socket, call.Authority);
        var node = new Node.NodeClient(channel);
        var registration = new Registration.RegistrationClient(channel);
        return call.Request switch
        {
            NodePublishVolumeRequest publish => await node.NodePublishVolumeAsync(publish, options).ResponseAsync.Soon(),
            NodeUnpublishVolumeRequest unpublish => await node.NodeUnpublishVolumeAsync(unpublish, options).ResponseAsync.Soon(),
            NodeGetVolumeStatsRequest stats => await node.NodeGetVolumeStatsAsync(stats, options).ResponseAsync.Soon(),
            NodeGetInfoRequest info => await node.NodeGetInfoAsync(info, options).ResponseAsync.Soon(),
            InfoRequest info => await registration.GetInfoAsync(info, options).ResponseAsync.Soon(),
            RegistrationStatus status => await registration.NotifyRegistrationStatusAsync(status, options).ResponseAsync.Soon(),
            _ => throw new ArgumentException($"kubelet does not send {call.Request.Descriptor.Name}"),
        };
    }

    /// <summary>Writes one text wherever another of the same length was meant. HttpClient writes <c>:authority</c> as plain octets, in one go.</summary>
    private sealed class OverwritingStream(Stream inner, string meant, string written) : Stream
    {
        private readonly byte[] _meant = Encoding.ASCII.GetBytes(meant);
        private readonly byte[] _written = Encoding.ASCII.GetBytes(written);

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var bytes = buffer.ToArray();
            for (var rest = bytes.AsSpan(); rest.IndexOf(_meant) is var at and >= 0; rest = rest[(at + _meant.Length)..])
                _written.CopyTo(rest[at..]);
            return inner.WriteAsync(bytes, cancellationToken);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
