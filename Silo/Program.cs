using System.CommandLine;
using ActorCsi.Silo.Doctor;
using ActorCsi.Silo.Operate;
using ActorCsi.Silo.Serve;
using ActorCsi.Silo.Try;

namespace ActorCsi.Silo;

/// <summary>
/// The program <c>actorcsi</c>: <c>serve</c> runs the driver on a node; <c>ps</c>, <c>inspect</c>, <c>refresh</c>, <c>hold</c>, <c>resume</c> and <c>doctor</c> are for who looks after it;
/// <c>try</c> shows it at work without a cluster.
/// </summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => Commands().Parse(GoFlags.Translate(args)).InvokeAsync();

    /// <summary>All that can be asked of the program.</summary>
    internal static RootCommand Commands() => new("ActorCsi mounts secrets and short-lived credentials into pods.")
    {
        new ServeCommand(), new PsCommand(), new InspectCommand(), new RefreshCommand(), new HoldCommand(), new ResumeCommand(), new DoctorCommand(), new TryCommand(),
    };
}
