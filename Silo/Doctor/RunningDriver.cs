using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using ActorCsi.Protocol;

namespace ActorCsi.Silo.Doctor;

/// <summary>The driver that listens behind an operators' socket, as its process shows it in <c>/proc</c>: found out without its help.</summary>
/// <param name="Process">Its process id.</param>
/// <param name="IsElsewhere">Whether it lives in another mount namespace: in a container.</param>
internal sealed record RunningDriver(string Process, bool IsElsewhere)
{
    // SOL_SOCKET and SO_PEERCRED of Linux: struct ucred {pid, uid, gid} of whoever called listen(2).
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>The driver at <paramref name="adminSocket"/>; null when nobody listens.</summary>
    public static async Task<RunningDriver?> Find(string adminSocket, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await UnixSocket.Connect(adminSocket, cancellationToken);
            var credentials = new byte[12];
            ((NetworkStream)stream).Socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
            var process = BinaryPrimitives.ReadInt32LittleEndian(credentials).ToString(CultureInfo.InvariantCulture);
            var ours = NamespaceOf("self");
            return new RunningDriver(process, NamespaceOf(process) is { } its && its != ours);
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>The options that it was started with, without the program in front.</summary>
    public IReadOnlyList<string> Arguments()
    {
        var words = Split("cmdline");
        var program = Array.FindIndex(words, word => Path.GetFileName(word) is "actorcsi" or "actorcsi.dll");
        return program < 0 ? [] : words[(program + 1)..];
    }

    /// <summary>Its environment, NAME=VALUE.</summary>
    public IReadOnlyList<string> Environment() => Split("environ");

    /// <summary>Each word ends with a zero; a word may be empty.</summary>
    private string[] Split(string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{Process}/{file}").Split('\0')[..^1];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? NamespaceOf(string process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/ns/mnt").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
