using System.CommandLine;
using ActorCsi.Admin.V1;
using ActorCsi.Grains.Providers;
using ActorCsi.Silo.Serve;
using Google.Protobuf.WellKnownTypes;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Silo.Operate;

/// <summary><c>actorcsi refresh</c>: the providers of the volumes that are meant are asked now.</summary>
internal sealed class RefreshCommand : OperatorCommand
{
    private readonly Argument<string> _volume = new("VOLUME")
    {
        Description = "A volume id or its beginning, NAMESPACE/POD, or NAMESPACE/POD/VOLUME.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Setting<string> _class = new("class", "", "All volumes of this class: NAMESPACE/NAME.", text => text);
    private readonly Setting<string> _namespace = new("namespace", "", "All volumes of pods in this namespace.", text => text);
    private readonly Setting<TimeSpan> _wait = new("wait", "1m", "How long to wait; what is not done by then goes on.", GoDuration.Parse);

    public RefreshCommand() : base("refresh", "Asks the providers now, whether or not a refresh is due. A refresh that fails leaves the volume as it was.", OutputForm.Table, OutputForm.Wide, OutputForm.Json)
    {
        _namespace.Aliases.Add("-n");
        Add(_volume);
        Add(_class);
        Add(_namespace);
        Add(_wait);
    }

    protected override async Task<int> Ask(AdminClient driver, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = new RefreshVolumesRequest
        {
            Selector = Selectors.Of(parsed.GetValue(_volume) ?? "", _class.Of(parsed), _namespace.Of(parsed)),
            Patience = _wait.Of(parsed).ToDuration(),
        };
        var volumes = (await driver.RefreshVolumesAsync(request, cancellationToken: cancellationToken)).Volumes;

        var output = parsed.InvocationConfiguration.Output;
        if (Output.Of(parsed) is OutputForm.Json)
            Json.Write(output, new RefreshListJson([.. volumes.Select(Describe)]), OperatorJson.Default.RefreshListJson);
        else
            Table(volumes).Write(output, isWide: Output.Of(parsed) is OutputForm.Wide);
        return volumes.All(volume => volume.Error.Length == 0 && !volume.Pending) ? ExitCode.Ok : ExitCode.Wrong;
    }

    private static TextTable Table(IEnumerable<RefreshedVolume> volumes)
    {
        var table = new TextTable(new("POD", Least: 24), new("CLASS", Least: 12), new("PROVIDER", Least: 8), new("RESULT"), new("TOOK"), new("MESSAGE", Least: 20));
        foreach (var refreshed in volumes)
            table.AddRow(
                $"{refreshed.Volume.PodNamespace}/{refreshed.Volume.PodName}", refreshed.Volume.ClassName, refreshed.Volume.Provider,
                new(refreshed.Error.Length > 0 ? refreshed.Error : Result(refreshed), refreshed.Error.Length > 0 || refreshed.Pending ? Tone.Bad : Tone.Good),
                Times.Short(refreshed.Took.ToTimeSpan()), refreshed.Pending ? "the provider has not answered yet; the refresh goes on" : refreshed.Message);
        return table;
    }

    private static RefreshedVolumeJson Describe(RefreshedVolume refreshed) => new(
        VolumeJson.Of(refreshed.Volume), Result(refreshed), refreshed.Took.ToTimeSpan().TotalSeconds, VolumeJson.Words(refreshed.Error), VolumeJson.Words(refreshed.Message));

    private static string Result(RefreshedVolume refreshed)
        => refreshed.Pending ? "pending" : refreshed.Error.Length > 0 ? "failed" : refreshed.Changed ? "changed" : "unchanged";
}
