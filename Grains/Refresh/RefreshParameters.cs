using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Refresh;

/// <summary>
/// What a SecretProviderClass may say about refreshing, whatever its provider. All names are here and nowhere else; docs/REFRESH.md is written from them.
/// Providers are not shown these parameters, and do not miss them.
/// </summary>
internal sealed partial record RefreshParameters
{
    /// <summary>How the name of each of these parameters begins: no provider has such names.</summary>
    public const string Prefix = "actorcsi.io/";

    /// <summary>A duration such as <c>15m</c>, or <c>never</c>.</summary>
    public const string IntervalName = Prefix + "refresh-interval";

    /// <summary>In which part of its life expiring content is renewed: <c>60%-80%</c>.</summary>
    public const string WindowName = Prefix + "refresh-window";

    /// <summary>A duration such as <c>30m</c>; <c>0</c> for none.</summary>
    public const string AllowanceName = Prefix + "outage-allowance";

    /// <summary><c>fail</c>, <c>stale</c> or <c>stale-for=15m</c>.</summary>
    public const string OutageName = Prefix + "when-unavailable";

    /// <summary><c>on</c> or <c>off</c>.</summary>
    public const string ContentCheckName = Prefix + "content-check";

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public const string HoldName = Prefix + "hold";

    /// <summary>Files that are composed of others: <see cref="Templates.TemplateFiles"/> reads it.</summary>
    public const string TemplatesName = Prefix + "templates";

    /// <summary>The attribute of a pod's volume that asks for a marker file: its name.</summary>
    public const string MarkerAttribute = Prefix + "reload-marker";

    /// <summary>The shortest interval: whoever needs less needs a provider that says when its content ends.</summary>
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(5);

    /// <summary>No copy of a secret is kept longer than this, whatever a class says.</summary>
    private static readonly TimeSpan LongestStaleness = TimeSpan.FromDays(1);

    private static readonly ConditionalWeakTable<SecretProviderClass, RefreshParameters> Known = [];

    /// <summary>Whether the class gives an interval of its own.</summary>
    public bool HasInterval { get; private init; }

    /// <summary>That interval; null for never.</summary>
    public TimeSpan? Interval { get; private init; }

    /// <summary>In which part of its life expiring content is renewed; null where the class does not say.</summary>
    public LifeWindow? Window { get; private init; }

    /// <summary>For how long the provider may be down without content ending; null where the class does not say.</summary>
    public TimeSpan? OutageAllowance { get; private init; }

    /// <summary>Whether a new pod may start from the copy that its session kept while the provider is not to be had.</summary>
    public bool StartsStale { get; private init; }

    /// <summary>How old that copy may be; null leaves it to the node's option.</summary>
    public TimeSpan? StaleFor { get; private init; }

    /// <summary>Whether new content must look like what it replaces.</summary>
    public bool ChecksContent { get; private init; } = true;

    /// <summary>Whether content in place stays as it is for now.</summary>
    public bool IsHeld { get; private init; }

    /// <summary>As <see cref="IsHeld"/>, also for a class that is malformed otherwise.</summary>
    public static bool Hold(SecretProviderClass secretClass) => secretClass.Parameters[HoldName] == "true";

    /// <summary>Reads the parameters of <paramref name="secretClass"/>; once for each instance.</summary>
    /// <exception cref="VolumeException">They make no sense; tells every fault.</exception>
    public static RefreshParameters Of(SecretProviderClass secretClass) => Known.GetValue(secretClass, Read);

    /// <summary>Whether a parameter is one of these.</summary>
    public static bool IsOurs(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The policy of a volume of this class on a node with these options.</summary>
    public RefreshPolicy Policy(VolumeOptions node) => new(HasInterval ? Interval : node.PollInterval, HasInterval)
    {
        Window = Window,
        OutageAllowance = OutageAllowance ?? node.OutageAllowance,
        AllowanceIsOfClass = OutageAllowance is not null,
    };

    private static RefreshParameters Read(SecretProviderClass secretClass)
    {
        var faults = new ParameterFaults(secretClass);
        var read = new RefreshParameters();
        foreach (var (name, value) in secretClass.Parameters)
        {
            if (!IsOurs(name))
                continue;
            read = name switch
            {
                IntervalName => WithInterval(read, value, faults),
                WindowName => WithWindow(read, value, faults),
                AllowanceName => WithAllowance(read, value, faults),
                OutageName => WithOutage(read, value, faults),
                ContentCheckName => read with { ChecksContent = Choose(name, value, "on", "off", faults) },
                HoldName => read with { IsHeld = Choose(name, value, "true", "false", faults) },
                TemplatesName => read,
                _ => Unknown(read, name, faults),
            };
        }
        faults.ThrowIfAny();
        return read;
    }

    private static RefreshParameters WithInterval(RefreshParameters read, string value, ParameterFaults faults)
    {
        if (value == "never")
            return read with { HasInterval = true };
        if (!GoDuration.TryParse(value, out var interval) || interval < ShortestInterval)
            faults.Add(IntervalName, $"is \"{Words.Clip(value)}\", expected never, or a duration of 5s or more such as 15m");
        return read with { HasInterval = true, Interval = interval };
    }

    private static RefreshParameters WithWindow(RefreshParameters read, string value, ParameterFaults faults)
    {
        if (WindowPattern().Match(value) is { Success: true } match
            && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is > 0 and var from
            && int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) is <= 95 and var to && from < to)
            return read with { Window = new LifeWindow(from / 100.0, to / 100.0) };
        faults.Add(WindowName, $"is \"{Words.Clip(value)}\", expected two shares of a life from 1% to 95% such as 60%-80%, the smaller one first: between them is room to spread the requests");
        return read;
    }

    private static RefreshParameters WithAllowance(RefreshParameters read, string value, ParameterFaults faults)
    {
        if (!GoDuration.TryParse(value, out var allowance) || allowance < TimeSpan.Zero)
            faults.Add(AllowanceName, $"is \"{Words.Clip(value)}\", expected a duration such as 30m, or 0 for none");
        return read with { OutageAllowance = allowance };
    }

    [GeneratedRegex(@"^(\d{1,2})%-(\d{1,2})%\z", RegexOptions.CultureInvariant)]
    private static partial Regex WindowPattern();

    private static RefreshParameters WithOutage(RefreshParameters read, string value, ParameterFaults faults)
    {
        const string staleFor = "stale-for=";
        if (value is "fail" or "stale")
            return read with { StartsStale = value == "stale", StaleFor = null };
        if (value.StartsWith(staleFor, StringComparison.Ordinal) && GoDuration.TryParse(value[staleFor.Length..], out var limit)
            && limit > TimeSpan.Zero && limit <= LongestStaleness)
            return read with { StartsStale = true, StaleFor = limit };
        faults.Add(OutageName, $"is \"{Words.Clip(value)}\", expected fail, stale, or stale-for= and a duration of 24h or less such as stale-for=15m");
        return read;
    }

    private static bool Choose(string name, string value, string yes, string no, ParameterFaults faults)
    {
        if (value != yes && value != no)
            faults.Add(name, $"is \"{Words.Clip(value)}\", expected {yes} or {no}");
        return value == yes;
    }

    private static RefreshParameters Unknown(RefreshParameters read, string name, ParameterFaults faults)
    {
        faults.Add(Words.Clip(name), $"is unknown, expected {IntervalName}, {WindowName}, {AllowanceName}, {OutageName}, {ContentCheckName}, {HoldName} or {TemplatesName}");
        return read;
    }
}
