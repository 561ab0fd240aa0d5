namespace ActorCsi.Grains.Providers.Gate;

/// <summary>Why a provider was not asked, or not waited for any longer, for people.</summary>
internal static class GateFailures
{
    /// <summary>It has asked for a pause that is longer than this fetch waits.</summary>
    public static VolumeException Paused(string provider, TimeSpan pause)
        => new(VolumeError.ProviderThrottles, $"provider '{provider}' asks for fewer calls; it is asked again in {pause.TotalSeconds:0} s") { RetryAfter = pause };

    /// <summary>It cannot be had now.</summary>
    public static VolumeException Unavailable(string provider, string why, TimeSpan? retryAfter = null, Exception? inner = null)
        => new(VolumeError.ProviderUnavailable, $"provider '{provider}' {why}", inner) { RetryAfter = retryAfter };
}
