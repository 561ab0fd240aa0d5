using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace ActorCsi.Silo.Operate;

/// <summary>Points in time, as seen from now.</summary>
internal static class Times
{
    /// <summary>"in 12m", "3s ago", or "never".</summary>
    public static string Until(Timestamp? time, DateTimeOffset now) => Relative(time, now) ?? "never";

    /// <summary>"12m ago", or "-".</summary>
    public static string Since(Timestamp? time, DateTimeOffset now) => Relative(time, now) ?? "-";

    /// <summary>The time itself, and how far it is: "2026-11-21T05:20:46Z (in 12m)".</summary>
    public static string Whole(Timestamp? time, DateTimeOffset now)
        => time is null ? "never" : $"{time.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)} ({Relative(time, now)})";

    /// <summary>"850ms", "12s", "12m", "5h", "3d": two digits and a unit say enough.</summary>
    public static string Short(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => Text(span.TotalMilliseconds, "ms"),
        { TotalMinutes: < 2 } => Text(span.TotalSeconds, "s"),
        { TotalHours: < 2 } => Text(span.TotalMinutes, "m"),
        { TotalDays: < 2 } => Text(span.TotalHours, "h"),
        _ => Text(span.TotalDays, "d"),
    };

    private static string? Relative(Timestamp? time, DateTimeOffset now)
    {
        if (time is null)
            return null;
        var away = time.ToDateTimeOffset() - now;
        return away >= TimeSpan.Zero ? $"in {Short(away)}" : $"{Short(-away)} ago";
    }

    private static string Text(double number, string unit) => Math.Floor(number).ToString("0", CultureInfo.InvariantCulture) + unit;
}
