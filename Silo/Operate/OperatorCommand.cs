using System.CommandLine;
using System.Net.Sockets;
using ActorCsi.Protocol;
using ActorCsi.Silo.Serve;
using Grpc.Core;
using Grpc.Net.Client;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Silo.Operate;

/// <summary>A command that asks the driver on this node, over the private socket in its state directory.</summary>
internal abstract class OperatorCommand : Command
{
    /// <summary>The largest answer, in bytes: some 100,000 volumes.</summary>
    public const int LargestAnswer = 256 << 20;

    private readonly Setting<string> _stateDir = new("state-dir", "/run/actorcsi", "The driver's state directory.", Path.GetFullPath);
    private readonly Setting<string> _adminSocket = new("admin-socket", "", "The driver's private socket, when it is not admin.sock in --state-dir.", text => text);

    protected OperatorCommand(string name, string description, params ReadOnlySpan<OutputForm> forms) : base(name, description)
    {
        Output = OutputSetting(forms.ToArray());
        Add(Output);
        Add(_stateDir);
        Add(_adminSocket);
        SetAction(Run);
    }

    protected Setting<OutputForm> Output { get; }

    /// <summary><c>--output</c>, <c>-o</c>: one of <paramref name="forms"/>.</summary>
    public static Setting<OutputForm> OutputSetting(params OutputForm[] forms)
    {
        var names = string.Join(", ", forms).ToLowerInvariant();
        return new Setting<OutputForm>("output", "table", $"How the answer is written: {names}.", text =>
            Enum.TryParse<OutputForm>(text, ignoreCase: true, out var form) && forms.Contains(form) ? form : throw new FormatException($"expected {names}"))
        {
            Aliases = { "-o" },
        };
    }

    /// <summary>Asks, writes the answer, and gives the exit code.</summary>
    protected abstract Task<int> Ask(AdminClient driver, ParseResult parsed, CancellationToken cancellationToken);

    private async Task<int> Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        var socket = _adminSocket.Of(parsed) is { Length: > 0 } path ? path : Path.Combine(_stateDir.Of(parsed), "admin.sock");
        var errors = parsed.InvocationConfiguration.Error;
        try
        {
            if (await WhyNobodyAnswers(socket, cancellationToken) is { } why)
                return await Tell(errors, why, ExitCode.NoDriver);
            using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
            {
                HttpHandler = UnixSocket.Handler(socket),
                DisposeHttpClient = true,
                MaxReceiveMessageSize = LargestAnswer,
            });
            return await Ask(new AdminClient(channel), parsed, cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            return await Tell(errors, e.Status.Detail, ExitCode.NoSuchVolume);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented)
        {
            return await Tell(errors, $"the driver at {socket} is of an older version, which does not know '{Name}'", ExitCode.NoDriver);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            return await Tell(errors, $"the driver at {socket} did not answer: {e.Status.Detail}", ExitCode.NoDriver);
        }
    }

    /// <summary>Null when somebody does. The kernel says more about it than gRPC.</summary>
    private static async Task<string?> WhyNobodyAnswers(string socket, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await UnixSocket.Connect(socket, cancellationToken);
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.AddressNotAvailable => // ENOENT
                    $"no driver runs here: there is no socket {socket}. Run this command on the node or in the driver's container there, and give --state-dir if the driver has another",
                SocketError.ConnectionRefused => $"the driver is not running: the socket {socket} is there, but nobody listens any more",
                SocketError.AccessDenied => $"the driver's socket {socket} is private: run this command as the user that the driver runs as, which is root",
                _ => $"the driver's socket {socket} cannot be used: {e.Message}",
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return $"the path of the driver's socket is longer than a socket's may be: {socket}";
        }
    }

    private static async Task<int> Tell(TextWriter errors, string message, int exitCode)
    {
        await errors.WriteLineAsync($"actorcsi: {message}");
        return exitCode;
    }
}
