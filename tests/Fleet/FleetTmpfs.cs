using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Tmpfs;

namespace ActorCsi.Tests.Fleet;

/// <summary>The mounts of one node: no files, but when what pods read was fetched and when it ends.</summary>
internal sealed class FleetTmpfs(FleetTime time, Tally tally) : ITmpfs
{
    private readonly Dictionary<string, Content> _mounts = new(StringComparer.Ordinal);
    private int _generations;

    public TargetState Probe(string target) => _mounts.ContainsKey(target) ? TargetState.Mounted : TargetState.Absent;

    public string? Generation(string target) => _mounts.GetValueOrDefault(target).Generation;

    public void Mount(string target, TmpfsLimits limits) => _mounts.Add(target, default);

    public void Bind(string target, string second) => throw new NotSupportedException();

    public Replacement Replace(string target, ImmutableArray<SecretFile> files, uint? fsGroup)
    {
        var (fetched, end) = Read(files[0].Content.Expose());
        var before = _mounts[target];
        if (before.Generation is null)
            tally.OldestStart = Longer(tally.OldestStart, time.Elapsed - fetched);
        else if (before.Fetched == fetched)
            return new Replacement(before.Generation, Changed: false);
        Judge(before);
        var generation = string.Create(CultureInfo.InvariantCulture, $"..{++_generations}");
        _mounts[target] = new Content(generation, fetched, end);
        return new Replacement(generation, Changed: true);
    }

    public void Tidy(string target)
    {
    }

    public void Unmount(string target)
    {
        if (_mounts.Remove(target, out var content) && content.Generation is not null)
            JudgeMiss(content);
    }

    public ImmutableArray<Secret?> Read(string target, ImmutableArray<string> paths, int limit) => [.. paths.Select(_ => (Secret?)null)];

    public TmpfsUsage Usage(string target) => default;

    /// <summary>At the end of the simulation, and before a node goes down.</summary>
    public void JudgeAll()
    {
        foreach (var content in _mounts.Values)
            JudgeMiss(content);
    }

    /// <summary>The node was rebooted.</summary>
    public void Clear() => _mounts.Clear();

    private void Judge(Content before)
    {
        if (before.Generation is null || before.End == TimeSpan.MaxValue)
            return;
        var left = (before.End - time.Elapsed) / (before.End - before.Fetched);
        tally.Renewals = (tally.Renewals.Count + 1, Math.Min(tally.Renewals.LeastLifeLeft, left));
        JudgeMiss(before);
    }

    private void JudgeMiss(Content content)
    {
        if (content.Generation is null || content.End >= time.Elapsed)
            return;
        tally.Missed++;
        tally.WorstMiss = Longer(tally.WorstMiss, time.Elapsed - content.End);
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static (TimeSpan Fetched, TimeSpan End) Read(ReadOnlySpan<byte> content)
        => Utf8Parser.TryParse(content, out long fetched, out var read) && Utf8Parser.TryParse(content[(read + 1)..], out long end, out _)
            ? (new TimeSpan(fetched), new TimeSpan(end))
            : throw new FormatException("a file is not what the store gave");

    private readonly record struct Content(string? Generation, TimeSpan Fetched, TimeSpan End);
}
