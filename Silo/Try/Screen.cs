using System.Globalization;
using ActorCsi.Admin.V1;
using Spectre.Console;

namespace ActorCsi.Silo.Try;

/// <summary>A live table of the volumes over the last few events; where there is no terminal, the events alone.</summary>
internal sealed class Screen(Func<DateTimeOffset> now)
{
    private const int Lines = 14;

    private readonly Queue<string> _events = new();
    private IReadOnlyList<(Volume Volume, VolumeView? View)> _volumes = [];
    private LiveDisplayContext? _live;

    /// <summary>Runs <paramref name="story"/> under the live table.</summary>
    public Task<int> Show(Func<Task<int>> story) => AnsiConsole.Profile.Capabilities.Interactive
        ? AnsiConsole.Live(new Text("")).StartAsync(live =>
        {
            _live = live;
            return story();
        })
        : story();

    /// <summary>Something happened. <paramref name="markup"/> is Spectre markup.</summary>
    public void Tell(string markup)
    {
        var line = $"[grey]{now():HH:mm:ss}[/] {markup}";
        if (_live is null)
        {
            AnsiConsole.MarkupLine(line);
            return;
        }
        _events.Enqueue(line);
        if (_events.Count > Lines)
            _events.Dequeue();
        Draw();
    }

    /// <summary>What the volumes look like now.</summary>
    public void Update(IReadOnlyList<(Volume Volume, VolumeView? View)> volumes)
    {
        _volumes = volumes;
        Draw();
    }

    private void Draw() => _live?.UpdateTarget(new Rows([Volumes(), .. _events.Select(line => new Markup(line))]));

    private Table Volumes()
    {
        var table = new Table().Title($"ActorCsi, {now():yyyy-MM-dd HH:mm:ss} UTC").RoundedBorder()
            .AddColumns("pod", "class", "provider", "state", "generation", "content", "expires", "next refresh");
        foreach (var (volume, view) in _volumes)
            table.AddRow([.. Cells(volume, view).Select(cell => new Markup(cell))]);
        return table;
    }

    private IEnumerable<string> Cells(Volume volume, VolumeView? view) =>
    [
        Markup.Escape(volume.PodName), Markup.Escape(volume.ClassName), Markup.Escape(volume.Provider),
        volume.State == nameof(VolumeState.Serving) ? "[green]Serving[/]" : $"[yellow]{volume.State}[/]",
        volume.Generation.ToString(CultureInfo.InvariantCulture), $"{view?.Digest} [grey]{Markup.Escape(view?.Files ?? "")}[/]",
        In(volume.ExpiresAt), In(volume.RefreshAt),
    ];

    private string In(Google.Protobuf.WellKnownTypes.Timestamp? time)
        => time is null ? "[grey]never[/]" : $"in {Math.Max(0, (time.ToDateTimeOffset() - now()).TotalSeconds):0} s";
}
