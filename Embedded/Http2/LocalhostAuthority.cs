using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActorCsi.Embedded.Http2;

/// <summary>Makes every request on a listener come from a client that asked for "localhost".</summary>
public static class LocalhostAuthority
{
    /// <summary>
    /// Replaces the <c>:authority</c> of every request. kubelet's client sends the percent-escaped path of the registration socket there,
    /// which Kestrel answers with RST_STREAM PROTOCOL_ERROR, and no option of Kestrel changes that
    /// (https://github.com/dotnet/aspnetcore/issues/18522). For listeners that speak HTTP/2 without TLS.
    /// </summary>
    /// <param name="listen">The listener.</param>
    public static ListenOptions UseLocalhostAuthority(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        var limits = listen.KestrelServerOptions.Limits.Http2;
        listen.Use(next => connection => ServeAsync(connection, next, new AuthorityRewriter(limits.MaxFrameSize, limits.HeaderTableSize)));
        return listen;
    }

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, AuthorityRewriter rewriter)
    {
        var transport = connection.Transport;
        var rewritten = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var pump = PumpAsync(transport.Input, rewritten.Writer, rewriter);
        connection.Transport = new DuplexPipe(rewritten.Reader, transport.Output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
            await rewritten.Reader.CompleteAsync();
            transport.Input.CancelPendingRead(); // the pump may be waiting for a client that says no more
            await pump;
        }
    }

    private static async Task PumpAsync(PipeReader client, PipeWriter kestrel, AuthorityRewriter rewriter)
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var read = await client.ReadAsync();
                if (read.IsCanceled)
                    break;
                var rest = read.Buffer;
                rewriter.Rewrite(ref rest, kestrel);
                if (read.IsCompleted)
                    AuthorityRewriter.PassRest(ref rest, kestrel);
                client.AdvanceTo(rest.Start, read.Buffer.End);
                var flush = await kestrel.FlushAsync();
                if (read.IsCompleted || flush.IsCompleted)
                    break;
            }
        }
        catch (Exception e) // the connection is gone: Kestrel is told by what it reads from
        {
            failure = e;
        }

        await kestrel.CompleteAsync(failure);
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
