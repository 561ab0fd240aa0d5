namespace ActorCsi.Tests.EndToEnd;

/// <summary>Waiting for what another process does and tells nobody.</summary>
internal static class Until
{
    // Far more than anything here needs: it ends a broken test, it never decides about a sound one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    /// <summary>Looks again and again until <paramref name="condition"/> holds.</summary>
    public static Task Holds(Func<bool> condition, string what) => Holds(() => Task.FromResult(condition()), what);

    /// <inheritdoc cref="Holds(Func{bool}, string)"/>
    public static async Task Holds(Func<Task<bool>> condition, string what)
    {
        using var bound = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (bound.IsCancellationRequested)
                throw new TimeoutException($"waited {Patience} for {what}");
            await Task.Delay(LookEvery);
        }
    }
}
