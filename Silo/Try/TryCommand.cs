using System.CommandLine;
using ActorCsi.Silo.Serve;

namespace ActorCsi.Silo.Try;

/// <summary>
/// <c>actorcsi try</c>: the whole life of two volumes on this machine, with no cluster. The requests are what a real kubelet sent in
/// 24 minutes; the driver's clock runs fast, so that they pass in half a minute.
/// </summary>
internal sealed class TryCommand : Command
{
    private readonly Setting<double> _rate = new("rate", "60", "How many recorded seconds pass in one.", double.Parse);

    public TryCommand() : base("try", "Shows two volumes on this machine, from publish to unpublish: no cluster needed, nothing left behind.")
    {
        Add(_rate);
        SetAction((parsed, cancellationToken) => Run(_rate.Of(parsed), cancellationToken));
    }

    private static async Task<int> Run(double rate, CancellationToken cancellationToken)
    {
        if (PrivateNamespace.Directory is { } inside)
        {
            using var story = new Story(inside, rate);
            return await story.Tell(cancellationToken);
        }

        var directory = Directory.CreateTempSubdirectory("actorcsi-try-");
        try
        {
            return await PrivateNamespace.RunAgain(directory.FullName, ["try", "--rate", rate.ToString(System.Globalization.CultureInfo.InvariantCulture)], cancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true); // from outside: what was still mounted there has gone with the namespace
        }
    }
}
