using System.CommandLine;
using System.Globalization;
using ActorCsi.Admin.V1;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Silo.Operate;

/// <summary><c>actorcsi inspect VOLUME</c>: all that is known of one volume and is no secret.</summary>
internal sealed class InspectCommand : OperatorCommand
{
    private readonly Argument<string> _volume = new("VOLUME") { Description = "A volume id or its beginning, NAMESPACE/POD, or NAMESPACE/POD/VOLUME." };

    public InspectCommand() : base("inspect", "Shows all that is known of one volume: never a secret.", OutputForm.Table, OutputForm.Json) => Add(_volume);

    protected override async Task<int> Ask(AdminClient driver, ParseResult parsed, CancellationToken cancellationToken)
    {
        var report = await driver.InspectVolumeAsync(new() { Volume = parsed.GetRequiredValue(_volume) }, cancellationToken: cancellationToken);

        var output = parsed.InvocationConfiguration.Output;
        if (Output.Of(parsed) is OutputForm.Json)
            Json.Write(output, VolumeReportJson.Of(report), OperatorJson.Default.VolumeReportJson);
        else
            Write(output, report, DateTimeOffset.UtcNow);
        return ExitCode.Ok;
    }

    private static void Write(TextWriter output, InspectVolumeResponse report, DateTimeOffset now)
    {
        var volume = report.Volume;
        Line("Volume", volume.VolumeId);
        Line("Pod", $"{volume.PodNamespace}/{volume.PodName} (uid {report.PodUid}, service account {report.ServiceAccount})");
        Line("Class", $"{volume.PodNamespace}/{volume.ClassName}");
        Line("Provider", volume.Provider);
        Line("State", volume.Reason.Length == 0 ? volume.State : $"{volume.State}: {volume.Reason}");
        if (volume.StaleSince is not null)
            Line("Stale since", Times.Whole(volume.StaleSince, now));
        if (volume.Hold is { } hold)
            Line("Held", hold.Since is null ? hold.Reason : $"since {Times.Whole(hold.Since, now)}{(hold.Reason.Length > 0 ? ": " : "")}{hold.Reason}");
        Line("Generation", $"{volume.Generation}, served {Times.Since(volume.ServedAt, now)}");
        Line("Expires", Times.Whole(volume.ExpiresAt, now));
        Line("Next refresh", volume.RefreshAt is null ? "never" : $"{Times.Whole(volume.RefreshAt, now)}: {volume.RefreshCause}");
        Line("Failures", $"{report.Failures} in a row");
        foreach (var target in volume.Targets)
            Line("Mounted at", target);
        Line("Access", $"{report.AccessMode}{(report.ReadOnly ? ", read-only" : "")}{(report.HasFsGroup ? $", group {report.FsGroup}" : "")}");

        Section("Sources", report.Sources, ["NAME", "PROVIDER", "FILES", "FETCHED", "EXPIRES", "REFRESH"], source =>
        [
            source.Name, source.Provider, source.Files.ToString(CultureInfo.InvariantCulture), Times.Since(source.FetchedAt, now),
            Times.Until(source.ExpiresAt, now), Times.Until(source.RefreshAt, now),
        ]);
        Section("Objects", report.Objects, ["ID", "VERSION"], version => [version.Id, version.Version]);
        Section($"Tokens, from {(report.TokenSource == nameof(TokenSource.VolumeContext) ? "volume_context" : "secrets")}", report.Tokens, ["AUDIENCE", "ISSUED", "EXPIRES"],
            token => [Named(token.Audience), Times.Since(token.IssuedAt, now), Times.Until(token.ExpiresAt, now)]);
        Section("Keys of the nodePublishSecretRef", report.NodePublishSecrets, ["KEY"], key => [key]);
        Section("Attributes", report.Attributes.OrderBy(entry => entry.Key, StringComparer.Ordinal), ["NAME", "VALUE"], entry => [entry.Key, entry.Value]);
        if (report.Logins.Count > 0)
        {
            output.WriteLine($"{Environment.NewLine}Taken out at secret stores:");
            LoginTable.Of(report.Logins, now).Write(output, isWide: true);
        }
        Section("Last refreshes", report.Refreshes, ["AT", "TOOK", "RESULT", "MESSAGE"],
            refresh => [Times.Since(refresh.At, now), Times.Short(refresh.Took.ToTimeSpan()), Result(refresh), refresh.Message]);

        void Line(string name, string value) => output.WriteLine($"{name + ":",-14}{value}");

        void Section<T>(string title, IEnumerable<T> items, string[] headers, Func<T, TextCell[]> cells)
        {
            var table = new TextTable([.. headers.Select(header => new TextColumn(header))]);
            var any = false;
            foreach (var item in items)
            {
                any = true;
                table.AddRow(cells(item));
            }
            if (!any)
                return;
            output.WriteLine($"{Environment.NewLine}{title}:");
            table.Write(output, isWide: true);
        }
    }

    private static string Named(string audience) => audience.Length == 0 ? "(the API server)" : audience;

    private static TextCell Result(InspectVolumeResponse.Types.Refresh refresh)
        => refresh.Error.Length > 0 ? new(refresh.Error, Tone.Bad) : new(refresh.Changed ? "changed" : "unchanged", Tone.Good);
}
