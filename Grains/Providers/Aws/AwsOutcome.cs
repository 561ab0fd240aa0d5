using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>What became of a read: a value, or why there is none.</summary>
internal readonly record struct AwsOutcome(AwsValue? Value, VolumeException? Failure)
{
    /// <summary>Whether another region cannot make it good: what is asked for is wrong, or not there.</summary>
    public bool IsFinal => Failure is { Error: VolumeError.Invalid or VolumeError.NotFound };

    public static AwsOutcome Of(AwsValue value) => new(value, null);

    public static AwsOutcome Of(VolumeException failure) => new(null, failure);

    /// <summary>The outcomes of <paramref name="reads"/> by <paramref name="read"/>; when that throws, it is the outcome of each.</summary>
    public static async Task<ImmutableDictionary<AwsRead, AwsOutcome>> Each(
        IReadOnlyCollection<AwsRead> reads, Func<Task<ImmutableDictionary<AwsRead, AwsOutcome>>> read)
    {
        try
        {
            return await read();
        }
        catch (VolumeException failure)
        {
            return reads.ToImmutableDictionary(one => one, _ => Of(failure));
        }
    }
}
