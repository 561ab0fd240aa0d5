using System.Security.Cryptography;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>The file that GOOGLE_APPLICATION_CREDENTIALS names. Looked at before each use, and read again when it has changed.</summary>
internal sealed class DriverCredentials(GcpSettings settings)
{
    private readonly Lock _gate = new();
    private (FileStamp? Stamp, GcpCredentials Credentials)? _read;

    /// <summary>What is in the file now; null when the driver was given none.</summary>
    /// <exception cref="VolumeException">The file cannot be read.</exception>
    public GcpCredentials? Current()
    {
        if (settings.CredentialsFile is not { } path)
            return null;
        lock (_gate)
        {
            var stamp = FileStamp.Of(path); // taken first: what changes while it is read shows at the next call
            if (_read is { } read && stamp is not null && read.Stamp == stamp)
                return read.Credentials;
            var credentials = Read(path);
            _read = (stamp, credentials);
            return credentials;
        }
    }

    /// <summary>The domain of all of Google's hosts.</summary>
    /// <exception cref="VolumeException">The file cannot be read.</exception>
    public string Universe => settings.Universe ?? Current()?.Universe ?? "googleapis.com";

    /// <summary>The pool that it names, if that is what it is for.</summary>
    /// <exception cref="VolumeException">The file cannot be read.</exception>
    public GcpCredentials.Federation? Federation => Current() as GcpCredentials.Federation;

    private static GcpCredentials Read(string path)
    {
        byte[]? json = null;
        try
        {
            json = File.ReadAllBytes(path);
            return GcpCredentials.Fault(json, out var credentials) is { } fault ? throw Unreadable(path, fault) : credentials!;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, $"cannot be read: {e.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private static VolumeException Unreadable(string path, string fault)
        => new(VolumeError.Invalid, $"the file {Words.Clip(path)} that GOOGLE_APPLICATION_CREDENTIALS names in the driver's environment {fault}");
}
