using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ActorCsi.Telemetry.Prometheus;

/// <summary>The labels of one series: the tags of a measurement, kept, and the same as they are written.</summary>
internal sealed class LabelSet
{
    /// <summary>Compares kept labels with the tags of a measurement, so that a series is found without anything being made for the search.</summary>
    public static readonly IEqualityComparer<LabelSet> Comparer = new TagComparer();

    private readonly KeyValuePair<string, object?>[] _tags;

    public LabelSet(params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _tags = tags.ToArray();
        Text = Write(_tags);
    }

    /// <summary><c>name="value",name="value"</c>, escaped; empty when there are none.</summary>
    public string Text { get; }

    private static string Write(KeyValuePair<string, object?>[] tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(MetricName.Plain(name)).Append("=\"");
            foreach (var letter in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
                text = letter switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(letter),
                };
            text.Append('"');
        }
        return text.ToString();
    }

    private sealed class TagComparer : IEqualityComparer<LabelSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, LabelSet>
    {
        public LabelSet Create(ReadOnlySpan<KeyValuePair<string, object?>> tags) => new(tags);

        public bool Equals(LabelSet? one, LabelSet? other) => ReferenceEquals(one, other) || (one is not null && other is not null && Equals(one._tags, other));

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> tags, LabelSet other)
        {
            if (tags.Length != other._tags.Length)
                return false;
            for (var i = 0; i < tags.Length; i++)
                if (tags[i].Key != other._tags[i].Key || !Equals(tags[i].Value, other._tags[i].Value))
                    return false;
            return true;
        }

        public int GetHashCode([DisallowNull] LabelSet labels) => GetHashCode(labels._tags);

        /// <summary>The values alone: the names are the same in all series of an instrument.</summary>
        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var hash = new HashCode();
            foreach (var tag in tags)
                hash.Add(tag.Value);
            return hash.ToHashCode();
        }
    }
}
