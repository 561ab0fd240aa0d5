using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ActorCsi.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SecretsStore.V1Alpha1;
using File = System.IO.File;

namespace ActorCsi.Fakes;

/// <summary>
/// A provider plugin: a real gRPC server on a real socket that does what the test says. Each Mount takes the next step of the script,
/// the last one again and again; without a script it gives one file, <c>secret</c>.
/// </summary>
/// <remarks>
/// The gRPC is written out by hand on HTTP/2, so that this is no kin of the client that it tests, and so that it can break the rules.
/// <code>
/// await using var plugin = await FakePlugin.Start(directory, "vault");
/// plugin.Gives(("user", "admin"), ("password", "…")).Then.Fails(StatusCode.NotFound, "no such secret").Then.Hangs();
/// </code>
/// </remarks>
public sealed class FakePlugin : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly string _alias;
    private readonly ConcurrentQueue<Func<MountRequest, HttpContext, Task>> _script = new();
    private readonly ConcurrentQueue<MountRequest> _mounts = new();
    private readonly ConcurrentQueue<string> _authorities = new();
    private readonly ConcurrentQueue<string> _traceParents = new();
    private readonly SemaphoreSlim _arrivals = new(0);
    private Func<MountRequest, HttpContext, Task> _step = (_, http) => Answer(http, Bundle("1", ("secret", "content")));
    private int _versions;
    private bool _isDead;

    private FakePlugin(string socket, string alias)
    {
        (Socket, _alias) = (socket, alias);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.ListenUnixSocket(Path.Combine(alias, Path.GetFileName(socket)), listen => listen.Protocols = HttpProtocols.Http2));
        _server = builder.Build();
        _server.Run(Serve);
    }

    /// <summary>Starts a plugin called <paramref name="name"/>, whose socket then stands in <paramref name="directory"/>.</summary>
    public static async Task<FakePlugin> Start(string directory, string name)
    {
        // .NET removes a socket's file by the path that it was bound to. By way of an alias that can be taken away first, the file can
        // be made to outlive the server as it does when a plugin is killed.
        var alias = Path.Combine(Path.GetTempPath(), $"alias-{Guid.NewGuid():N}"[..16]);
        File.CreateSymbolicLink(alias, directory);
        var plugin = new FakePlugin(Path.Combine(directory, name + ".sock"), alias);
        await plugin._server.StartAsync();
        return plugin;
    }

    /// <summary>The path of the socket.</summary>
    public string Socket { get; }

    /// <summary>The Mount requests that came, in order.</summary>
    public IReadOnlyList<MountRequest> Mounts => [.. _mounts];

    /// <summary>The <c>:authority</c> of each call.</summary>
    public IReadOnlyList<string> Authorities => [.. _authorities];

    /// <summary>The <c>traceparent</c> of each call; empty where there was none.</summary>
    public IReadOnlyList<string> TraceParents => [.. _traceParents];

    /// <summary>How often the version was asked.</summary>
    public int Versions => _versions;

    /// <summary>Reads as a word between two steps.</summary>
    public FakePlugin Then => this;

    /// <summary>The next Mount gives these files, of version 1.</summary>
    public FakePlugin Gives(params (string Path, string Content)[] files) => Answers(Bundle("1", files));

    /// <summary>The next Mount answers this.</summary>
    public FakePlugin Answers(MountResponse response) => Does((_, http) => Answer(http, response));

    /// <summary>The next Mount answers what is made of the request.</summary>
    public FakePlugin Answers(Func<MountRequest, MountResponse> response) => Does((request, http) => Answer(http, response(request)));

    /// <summary>The next Mount ends with a status.</summary>
    public FakePlugin Fails(StatusCode code, string message = "the fake fails") => Does((_, http) => Fail(http, code, message));

    /// <summary>The next Mount ends with a status whose message is made of the request.</summary>
    public FakePlugin Fails(StatusCode code, Func<MountRequest, string> message) => Does((request, http) => Fail(http, code, message(request)));

    /// <summary>The next Mount is taken and never answered.</summary>
    public FakePlugin Hangs() => Does((_, http) => Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted));

    /// <summary>The next Mount gives these files once the returned source is completed.</summary>
    public TaskCompletionSource Holds(params (string Path, string Content)[] files)
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Does(async (_, http) =>
        {
            await released.Task.WaitAsync(http.RequestAborted);
            await Answer(http, Bundle("1", files));
        });
        return released;
    }

    /// <summary>The next Mount breaks the protocol.</summary>
    public FakePlugin Breaks(BrokenAnswer how) => Does((_, http) => Break(http, how));

    /// <summary>The next Mount does this.</summary>
    public FakePlugin Does(Func<MountRequest, HttpContext, Task> step)
    {
        _script.Enqueue(step);
        return this;
    }

    /// <summary>Completes when the next Mount that nobody has waited for yet has come.</summary>
    public Task Arrives() => _arrivals.WaitAsync().Soon();

    /// <summary>An answer with these files and one object version.</summary>
    public static MountResponse Bundle(string version, params (string Path, string Content)[] files)
    {
        var response = new MountResponse { ObjectVersion = { new SecretsStore.V1Alpha1.ObjectVersion { Id = "secret", Version = version } } };
        foreach (var (path, content) in files)
            response.Files.Add(new SecretsStore.V1Alpha1.File { Path = path, Mode = 0x1A4, Contents = ByteString.CopyFromUtf8(content) });
        return response;
    }

    /// <summary>Dies as by kill -9: connections break, the socket's file stays and nobody listens behind it.</summary>
    public async Task Crash()
    {
        if (_isDead)
            return;
        _isDead = true;
        File.Delete(_alias);
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }

    /// <summary>Ends as a plugin does that is told to: the socket's file goes too.</summary>
    public async ValueTask DisposeAsync()
    {
        await Crash();
        File.Delete(Socket);
        _arrivals.Dispose();
    }

    private async Task Serve(HttpContext http)
    {
        _authorities.Enqueue(http.Request.Host.Value ?? "");
        _traceParents.Enqueue(http.Request.Headers.TraceParent.ToString());
        var message = await ReadMessage(http);
        switch (http.Request.Path.Value)
        {
            case "/v1alpha1.CSIDriverProvider/Version":
                Interlocked.Increment(ref _versions);
                await Answer(http, new VersionResponse { Version = VersionRequest.Parser.ParseFrom(message).Version, RuntimeName = "fake", RuntimeVersion = "0.1" });
                break;
            case "/v1alpha1.CSIDriverProvider/Mount":
                var request = MountRequest.Parser.ParseFrom(message);
                _mounts.Enqueue(request);
                var step = NextStep();
                _arrivals.Release();
                await step(request, http);
                break;
            default:
                await Fail(http, StatusCode.Unimplemented, "unknown method");
                break;
        }
    }

    private Func<MountRequest, HttpContext, Task> NextStep()
    {
        lock (_script)
            return _script.TryDequeue(out var step) ? _step = step : _step;
    }

    private static async Task<byte[]> ReadMessage(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var frame = body.ToArray();
        if (frame.Length < 5 || frame[0] != 0 || BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1)) != frame.Length - 5)
            throw new InvalidDataException("the request is no single plain gRPC message");
        return frame[5..];
    }

    private static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static Task Answer(HttpContext http, IMessage message) => Send(http, Frame(message.ToByteArray()), "0");

    private static async Task Send(HttpContext http, byte[] body, string? status)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
        if (status is not null)
            http.Response.AppendTrailer("grpc-status", status);
    }

    private static Task Fail(HttpContext http, StatusCode code, string message)
    {
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["grpc-message"] = PercentEncoded(message);
        return http.Response.CompleteAsync();
    }

    /// <summary>As PROTOCOL-HTTP2.md has it: printable ASCII but '%' stays.</summary>
    private static string PercentEncoded(string text)
        => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => b is >= 0x20 and <= 0x7E and not (byte)'%' ? ((char)b).ToString() : $"%{b:X2}"));

    private static Task Break(HttpContext http, BrokenAnswer how)
    {
        var good = Bundle("1", ("secret", "content")).ToByteArray();
        switch (how)
        {
            case BrokenAnswer.NoProtobuf:
                return Send(http, Frame([0xFF, 0xFF, 0xFF, 0xFF]), "0");
            case BrokenAnswer.HalfAMessage:
                return Send(http, Frame(good)[..^3], "0");
            case BrokenAnswer.LengthThatLies:
                return Send(http, [0, 0x7F, 0xFF, 0xFF, 0xFF, .. good], "0");
            case BrokenAnswer.Compressed:
                return Send(http, [1, .. Frame(good)[1..]], "0");
            case BrokenAnswer.TwoMessages:
                return Send(http, [.. Frame(good), .. Frame(good)], "0");
            case BrokenAnswer.NoMessage:
                return Send(http, [], "0");
            case BrokenAnswer.NoStatus:
                return Send(http, Frame(good), null);
            case BrokenAnswer.StatusThatIsNone:
                return Send(http, Frame(good), "many");
            case BrokenAnswer.WebPage:
                http.Response.ContentType = "text/html";
                return http.Response.WriteAsync("<html>welcome</html>");
            case BrokenAnswer.HttpError:
                http.Response.StatusCode = 502;
                return Task.CompletedTask;
            case BrokenAnswer.Reset:
                http.Features.GetRequiredFeature<IHttpResetFeature>().Reset(errorCode: 2);
                return Task.CompletedTask;
            case BrokenAnswer.ConnectionCut:
                http.Features.GetRequiredFeature<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>().Abort();
                return Task.CompletedTask;
            default:
                throw new ArgumentOutOfRangeException(nameof(how));
        }
    }
}

/// <summary>How an answer can break the protocol.</summary>
public enum BrokenAnswer
{
    /// <summary>A message that is no MountResponse.</summary>
    NoProtobuf,

    /// <summary>The stream ends inside the message.</summary>
    HalfAMessage,

    /// <summary>A message that announces 2 GiB.</summary>
    LengthThatLies,

    /// <summary>A message marked as compressed, which was not asked for.</summary>
    Compressed,

    /// <summary>Two messages where one belongs.</summary>
    TwoMessages,

    /// <summary>OK, and nothing.</summary>
    NoMessage,

    /// <summary>A message and no status.</summary>
    NoStatus,

    /// <summary>A status that is no number.</summary>
    StatusThatIsNone,

    /// <summary>HTML with 200 OK.</summary>
    WebPage,

    /// <summary>502 Bad Gateway.</summary>
    HttpError,

    /// <summary>RST_STREAM with INTERNAL_ERROR.</summary>
    Reset,

    /// <summary>The connection breaks in the middle of the call.</summary>
    ConnectionCut,
}
