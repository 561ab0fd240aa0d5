using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

namespace ActorCsi.Tests.Mounts;

/// <summary>Tests run under `dotnet test`. Started by <see cref="MountNamespace"/>, the program runs one function of theirs.</summary>
public static class Program
{
    /// <summary>Runs the function that <paramref name="args"/> names.</summary>
    public static int Main(string[] args)
    {
        if (args is [RemoteFunction.Verb, ..])
            return RemoteFunction.Execute(args[1..]);
        Console.Error.WriteLine("These are tests: run `dotnet test`.");
        return 2;
    }
}
