namespace ActorCsi.Tests.Deploy;

/// <summary>A folder of a test's own.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorcsi-deploy-");

    public string this[string path] => Path.Combine(_folder.FullName, path);

    public void Dispose() => _folder.Delete(recursive: true);
}
