namespace ActorCsi.Fakes;

/// <summary>A directory of the test's own, gone when the test is. Its path is short: a unix socket's may have 107 bytes.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Makes the directory.</summary>
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("csi-").FullName;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The path of <paramref name="name"/> in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes a directory in it, and gives its path.</summary>
    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Writes a file in one step, as careful writers do: another file takes the name.</summary>
    public string Write(string name, string text)
    {
        var (path, draft) = (this[name], this[$".{Guid.NewGuid():N}"]);
        File.WriteAllText(draft, text);
        File.Move(draft, path, overwrite: true);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
