using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorCsi.Driver;
using ActorCsi.Grains;
using ActorCsi.Grains.Providers;
using ActorCsi.Kubernetes.Http;
using ActorCsi.Telemetry;
using ActorCsi.Telemetry.Prometheus;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.Serialization;

namespace ActorCsi.Tests.Telemetry;

/// <summary>docs/OBSERVABILITY.md and the dashboard, against the code.</summary>
public sealed partial class DocumentTests
{
    // Who makes instruments. A class that is not here would measure what no document tells of.
    private static readonly string[] Measurers =
        ["Driver/RpcMetrics.cs", "Grains/Providers/ProviderMetrics.cs", "Grains/VolumeMetrics.cs", "Kubernetes/Http/ApiMetrics.cs", "Telemetry/ProcessMetrics.cs"];

    private static readonly string Document = File.ReadAllText(SourceTree.In("docs/OBSERVABILITY.md"));

    [Fact]
    public void Table_HasEveryMetricAndNoOther()
        => Assert.Equal(Instruments().Order(StringComparer.Ordinal), Rows().Select(row => $"{row["name"]} {row["type"]}").Order(StringComparer.Ordinal));

    [Fact]
    public void Instruments_AreMadeWhereTheTestLooks()
    {
        string[] folders = ["Cluster", "Driver", "Grains", "Grains.Interfaces", "Kubernetes", "Silo", "Telemetry"];

        var makers = folders.SelectMany(folder => Directory.EnumerateFiles(SourceTree.In(folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(SourceTree.Root, file))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && MakesInstruments().IsMatch(File.ReadAllText(SourceTree.In(file))));

        Assert.Equal(Measurers, makers.Order(StringComparer.Ordinal));
    }

    /// <summary>Labels are kept as long as the process runs; these have no bound.</summary>
    [Fact]
    public void Table_HasNoLabelWithoutBound()
        => Assert.All(Rows(), row => Assert.DoesNotContain(row["labels"].Split(' ', StringSplitOptions.RemoveEmptyEntries), label => label.Trim('`') is "pod" or "namespace" or "class" or "volume" or "uid" or "node"));

    [Fact]
    public void Alerts_AskForMetricsThatThereAre()
    {
        var alerts = Blocks().Single(block => block.Contains("groups:", StringComparison.Ordinal));

        Assert.NotNull(new Deserializer().Deserialize<object>(alerts));
        CheckNames(Expression().Matches(alerts).Select(match => match.Groups["expression"].Value).ToList());
    }

    [Fact]
    public void ScrapeConfiguration_IsYaml()
        => Assert.NotNull(new Deserializer().Deserialize<object>(Blocks().Single(block => block.Contains("scrape_configs:", StringComparison.Ordinal))));

    [Fact]
    public void Dashboard_AsksForMetricsThatThereAre()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(SourceTree.In("deploy/dashboards/actorcsi.json")));

        CheckNames([.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)]);
    }

    private static void CheckNames(IReadOnlyList<string> expressions)
    {
        var names = Rows().SelectMany(row => row["type"] == "histogram" ? (string[])[row["name"] + "_bucket", row["name"] + "_sum", row["name"] + "_count"] : [row["name"]]).ToHashSet();
        Assert.NotEmpty(expressions);
        Assert.All(expressions, expression =>
        {
            var asked = MetricInExpression().Matches(expression).Select(match => match.Value).ToList();
            Assert.NotEmpty(asked);
            Assert.All(asked, name => Assert.Contains(name, names));
        });
    }

    /// <summary>All instruments, as Prometheus sees them.</summary>
    private static List<string> Instruments()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var found = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Scope != meters)
                    return;
                var family = new Family(instrument);
                found.Add($"{family.Name}{(family.Type is MetricType.Counter ? "_total" : "")} {family.Type.ToString().ToLowerInvariant()}");
            },
        };
        listener.Start();

        _ = new RpcMetrics(meters, TimeProvider.System);
        _ = new VolumeMetrics(meters, new FixedClasses(), new FixedCatalog(), TimeProvider.System);
        new ProviderMetrics(meters).Watch(() => []);
        _ = new ApiMetrics(meters, new Uri("https://kubernetes.default.svc"));
        ProcessMetrics.AddTo(meters);
        return found;
    }

    private static IEnumerable<Dictionary<string, string>> Rows()
        => Row().Matches(Document).Select(row => row.Groups.Values.ToDictionary(group => group.Name, group => group.Value));

    private static IEnumerable<string> Blocks() => Block().Matches(Document).Select(block => block.Groups["yaml"].Value);

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \| (?<type>counter|gauge|histogram) \|(?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^```yaml\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ *expr: (?<expression>.*)$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"\b(?:actorcsi|node_publish|node_unpublish|rotation_reconcile|rest_client|rpc_server|process)_[a-z_]+\b(?!\s*=)")]
    private static partial Regex MetricInExpression();

    [GeneratedRegex(@"\.Create(?:Observable)?(?:Counter|UpDownCounter|Gauge|Histogram)\b|new Meter\(")]
    private static partial Regex MakesInstruments();
}
