using System.CommandLine;
using System.Globalization;
using ActorCsi.Admin.V1;
using ActorCsi.Silo.Serve;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Silo.Operate;

/// <summary><c>actorcsi ps</c>: the volumes of this node, one line each.</summary>
internal sealed class PsCommand : OperatorCommand
{
    private readonly Setting<string> _class = new("class", "", "Only volumes of this class: NAME, or NAMESPACE/NAME.", text => text);
    private readonly Setting<string> _namespace = new("namespace", "", "Only volumes of pods in this namespace.", text => text);
    private readonly Option<bool> _stale = new("--stale") { Description = "Only volumes that are not as fresh as they should be." };

    public PsCommand() : base("ps", "Lists the volumes of this node.", OutputForm.Table, OutputForm.Wide, OutputForm.Json)
    {
        _namespace.Aliases.Add("-n");
        Add(_class);
        Add(_namespace);
        Add(_stale);
    }

    protected override async Task<int> Ask(AdminClient driver, ParseResult parsed, CancellationToken cancellationToken)
    {
        var selector = Selectors.Of("", _class.Of(parsed), _namespace.Of(parsed));
        selector.Stale = parsed.GetValue(_stale);
        var answer = await driver.ListVolumesAsync(new() { Selector = selector }, cancellationToken: cancellationToken);

        var output = parsed.InvocationConfiguration.Output;
        if (Output.Of(parsed) is OutputForm.Json)
        {
            Json.Write(output, new VolumeListJson([.. answer.Volumes.Select(VolumeJson.Of)], [.. answer.Logins.Select(LoginJson.Of)]), OperatorJson.Default.VolumeListJson);
            return ExitCode.Ok;
        }
        var isWide = Output.Of(parsed) is OutputForm.Wide;
        if (answer.Volumes.Count == 0)
            await parsed.InvocationConfiguration.Error.WriteLineAsync("no volumes");
        else
            Table(answer.Volumes, isWide).Write(output, isWide);
        if (answer.Logins.Count > 0)
        {
            await output.WriteLineAsync($"{Environment.NewLine}Taken out at secret stores:");
            LoginTable.Of(answer.Logins, DateTimeOffset.UtcNow).Write(output, isWide);
        }
        return ExitCode.Ok;
    }

    private static TextTable Table(IEnumerable<Volume> volumes, bool isWide)
    {
        var now = DateTimeOffset.UtcNow;
        var table = new TextTable(
            new("POD", Least: 24), new("CLASS", Least: 12), new("PROVIDER", Least: 8), new("STATE"), new("GEN"), new("EXPIRES"), new("REFRESH"), new("LAST ERROR", Least: 20));
        if (isWide)
            table.AddColumns(new("SERVED"), new("STALE SINCE"), new("REFRESH CAUSE"), new("VOLUME"), new("MOUNTED AT"));
        foreach (var volume in volumes)
        {
            table.AddRow(
                $"{volume.PodNamespace}/{volume.PodName}", volume.ClassName, volume.Provider, State(volume), volume.Generation.ToString(CultureInfo.InvariantCulture),
                Times.Until(volume.ExpiresAt, now), Times.Until(volume.RefreshAt, now), volume.Reason);
            if (isWide)
                table.ExtendRow(Times.Since(volume.ServedAt, now), Times.Since(volume.StaleSince, now), volume.RefreshCause, volume.VolumeId, string.Join(' ', volume.Targets));
        }
        return table;
    }

    private static TextCell State(Volume volume) => new(volume.Hold is null ? volume.State : volume.State + ", held", volume.State == nameof(VolumeState.Serving) ? Tone.Good : Tone.Bad);
}
