using System.CommandLine;
using ActorCsi.Silo.Serve;
using ActorCsi.Silo.Try;

namespace ActorCsi.Silo;

/// <summary>The program <c>actorcsi</c>: <c>serve</c> runs the driver on a node, <c>try</c> shows it at work without a cluster.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        var root = new RootCommand("ActorCsi mounts secrets and short-lived credentials into pods.") { new ServeCommand(), new TryCommand() };
        return root.Parse(GoFlags.Translate(args)).InvokeAsync();
    }
}
