namespace ActorCsi.Testing;

/// <summary>The files that this was built from: for tests that hold documents against code.</summary>
public static class SourceTree
{
    /// <summary>The directory with the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file or directory in it.</summary>
    public static string In(string path) => Path.Combine(Root, path);

    /// <summary>The program as <c>dotnet publish Silo -c Release</c> leaves it; there or not.</summary>
    public static string PublishedProgram => In("Silo/bin/Release/net10.0/linux-x64/publish/actorcsi");

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorCsi.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"no solution above {AppContext.BaseDirectory}");
        return folder;
    }
}
