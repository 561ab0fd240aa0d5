using System.Collections.Immutable;
using System.Globalization;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Yaml;

namespace ActorCsi.Tests.Fleet;

/// <summary>What is simulated: a fleet, a store, what happens to both, and what must come out. Written as YAML; every field has a default.</summary>
internal sealed record Scenario
{
    public string Name { get; init; } = "scenario";

    /// <summary>How long the simulated time is.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromHours(24);

    public int Seed { get; init; } = 1;

    public int Nodes { get; init; } = 40;

    public int PodsPerNode { get; init; } = 250;

    /// <summary>Secrets a pod: each is one request at the store.</summary>
    public int Objects { get; init; } = 2;

    /// <summary>Over how long the pods start; zero for all in the same second.</summary>
    public TimeSpan StartOver { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From when on rates are judged.</summary>
    public TimeSpan Settled { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How often kubelet publishes again, a fifth more or less; zero for only when there is need.</summary>
    public TimeSpan Republish { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>The life of the pods' tokens; zero when the store asks for none.</summary>
    public TimeSpan TokenLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many service accounts there are on each node.</summary>
    public int Identities { get; init; } = 25;

    /// <summary>Whether pods of one identity are given the same (a password), or each its own (a certificate).</summary>
    public bool Shared { get; init; }

    /// <summary>How long content lasts; zero when it has no end.</summary>
    public TimeSpan Life { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long an answer takes.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How many requests a second the store bears, over ten seconds; zero for any number.</summary>
    public int Quota { get; init; }

    /// <summary>How many volumes the store never answers for.</summary>
    public int Hung { get; init; }

    /// <summary>The share of pods that is replaced in an hour.</summary>
    public double Churn { get; init; }

    /// <summary>How many parts the fleet is simulated in. Nodes of two parts have nothing to do with each other: each part has a store of its own.</summary>
    public int Parts { get; init; } = 1;

    /// <summary>The class's parameters.</summary>
    public StringMap Class { get; init; } = StringMap.Empty;

    public ImmutableArray<Event> Events { get; init; } = [];

    public ImmutableArray<Expectation> Expect { get; init; } = [];

    public int Pods => Nodes * PodsPerNode;

    public static Scenario Load(string path)
    {
        var root = (YamlMapping)YamlReader.Read(File.ReadAllText(path))[0];
        var scenario = new Scenario { Name = Path.GetFileNameWithoutExtension(path) };
        foreach (var (key, value) in root.Entries)
            scenario = scenario.With(key.Text, value, path);
        return scenario;
    }

    private Scenario With(string key, YamlNode value, string path) => key switch
    {
        "length" => this with { Length = Duration(value) },
        "seed" => this with { Seed = Int(value) },
        "nodes" => this with { Nodes = Int(value) },
        "podsPerNode" => this with { PodsPerNode = Int(value) },
        "objects" => this with { Objects = Int(value) },
        "startOver" => this with { StartOver = Duration(value) },
        "settled" => this with { Settled = Duration(value) },
        "republish" => this with { Republish = Duration(value) },
        "tokenLife" => this with { TokenLife = Duration(value) },
        "identities" => this with { Identities = Int(value) },
        "shared" => this with { Shared = Text(value) == "true" },
        "life" => this with { Life = Duration(value) },
        "latency" => this with { Latency = Duration(value) },
        "quota" => this with { Quota = Int(value) },
        "hung" => this with { Hung = Int(value) },
        "churn" => this with { Churn = Number(value) },
        "parts" => this with { Parts = Int(value) },
        "class" => this with { Class = new StringMap(((YamlMapping)value).Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Text(entry.Value)))) },
        "events" => this with { Events = [.. ((YamlSequence)value).Items.Select(Event.Read)] },
        "expect" => this with { Expect = [.. ((YamlMapping)value).Entries.Select(entry => new Expectation(entry.Key.Text, Text(entry.Value)))] },
        _ => throw new FormatException($"{path} line {value.Line}: '{key}' is unknown"),
    };

    internal static string Text(YamlNode node) => ((YamlScalar)node).Text;

    internal static int Int(YamlNode node) => int.Parse(Text(node).Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    internal static double Number(YamlNode node) => double.Parse(Text(node), CultureInfo.InvariantCulture);

    internal static TimeSpan Duration(YamlNode node) => GoDuration.Parse(Text(node));
}

/// <summary>Something that happens.</summary>
/// <param name="What"><c>outage</c>, <c>throttle</c>, <c>quota</c> (at the store); <c>pods</c>, <c>restart</c> (of drivers), <c>reboot</c> (of nodes).</param>
/// <param name="At">When it begins.</param>
/// <param name="For">How long it goes on; over how long new pods come.</param>
/// <param name="Count">How many pods or nodes; how many requests a second.</param>
/// <param name="RetryAfter">What the store says while it throttles; null for nothing.</param>
internal sealed record Event(string What, TimeSpan At, TimeSpan For, int Count, TimeSpan? RetryAfter)
{
    public TimeSpan End => At + For;

    public static Event Read(YamlNode node)
    {
        var read = new Event("", default, default, 1, null);
        foreach (var (key, value) in ((YamlMapping)node).Entries)
        {
            read = key.Text switch
            {
                "what" => read with { What = Scenario.Text(value) },
                "at" => read with { At = Scenario.Duration(value) },
                "for" => read with { For = Scenario.Duration(value) },
                "count" => read with { Count = Scenario.Int(value) },
                "retryAfter" => read with { RetryAfter = Scenario.Duration(value) },
                var other => throw new FormatException($"line {value.Line}: '{other}' is unknown"),
            };
        }
        return read;
    }
}

/// <summary>A figure and its bound: <c>&lt;= 1.5</c>, <c>&gt;= 20</c>, <c>0</c>.</summary>
internal sealed record Expectation(string Figure, string Bound)
{
    public bool Holds(double value)
    {
        var number = double.Parse(Bound.TrimStart('<', '>', '=', ' '), CultureInfo.InvariantCulture);
        return Bound.StartsWith("<=", StringComparison.Ordinal) ? value <= number
            : Bound.StartsWith(">=", StringComparison.Ordinal) ? value >= number
            : value == number;
    }
}
