namespace ActorCsi.Tests.EndToEnd;

/// <summary>
/// Whatever a plugin answers: a first publish fails with the code that says what to do about it and leaves nothing behind, a republish is OK and leaves
/// everything as it was.
/// </summary>
public sealed class StatusCodeTests : IDisposable
{
    private readonly TestNode _node = new();

    /// <summary>What a plugin answers, and what kubelet is told of it.</summary>
    private static readonly (StatusCode Plugin, StatusCode Kubelet)[] Table =
    [
        (StatusCode.Cancelled, StatusCode.Unavailable),
        (StatusCode.Unknown, StatusCode.Internal),
        (StatusCode.InvalidArgument, StatusCode.InvalidArgument),
        (StatusCode.DeadlineExceeded, StatusCode.Unavailable),
        (StatusCode.NotFound, StatusCode.NotFound),
        (StatusCode.AlreadyExists, StatusCode.Internal),
        (StatusCode.PermissionDenied, StatusCode.PermissionDenied),
        (StatusCode.ResourceExhausted, StatusCode.Unavailable),
        (StatusCode.FailedPrecondition, StatusCode.Internal),
        (StatusCode.Aborted, StatusCode.Unavailable),
        (StatusCode.OutOfRange, StatusCode.InvalidArgument),
        (StatusCode.Unimplemented, StatusCode.Internal),
        (StatusCode.Internal, StatusCode.Internal),
        (StatusCode.Unavailable, StatusCode.Unavailable),
        (StatusCode.DataLoss, StatusCode.Internal),
        (StatusCode.Unauthenticated, StatusCode.Unauthenticated),
    ];

    public void Dispose() => _node.Dispose();

    // One driver for all rows, because a start takes longer than all of them; the failures of all rows are told together.
    [MountFact]
    public Task Publish_PluginFails_IsToldSoAndLeavesNothing() => ForEachCode(async (plugin, volume, answer, expected) =>
    {
        plugin.Fails(answer, "no luck today");

        var refusal = await Assert.ThrowsAsync<RpcException>(() => volume.Publish());

        Assert.Equal(expected, refusal.StatusCode);
        Assert.Contains("no luck today", refusal.Status.Detail);
        volume.CheckNothingIsLeft();

        plugin.Gives(("secret", "better"));
        await volume.Publish();
        Assert.Equal("better", volume.Read("secret"));
    });

    [MountFact]
    public Task Republish_PluginFails_IsOkAndKeepsMountInodesAndBytes() => ForEachCode(async (plugin, volume, answer, _) =>
    {
        plugin.Gives(("secret", "old"));
        await volume.Publish();
        var before = volume.View();
        Assert.False((await volume.Condition()).Abnormal);

        plugin.Fails(answer, "no luck today");
        await volume.Republish();

        volume.View().CheckSameAs(before);
        var condition = await volume.Condition();
        Assert.True(condition.Abnormal);
        Assert.Contains("no luck today", condition.Message);
        Assert.Contains($"{answer}", condition.Message);

        plugin.Gives(("secret", "new"));
        await volume.Republish();
        Assert.Equal("new", volume.Read("secret"));
        Assert.Equal(before.Mount, volume.View().Mount);
        Assert.False((await volume.Condition()).Abnormal);
    });

    private async Task ForEachCode(Func<FakePlugin, PodVolume, StatusCode, StatusCode, Task> check)
    {
        var plugins = new Dictionary<StatusCode, FakePlugin>();
        foreach (var (code, _) in Table)
            plugins[code] = await _node.AddPlugin($"says-{(int)code}");
        await _node.Start();

        var failures = new List<Exception>();
        foreach (var (code, expected) in Table)
        {
            try
            {
                await check(plugins[code], _node.Volume($"says-{(int)code}"), code, expected);
            }
            catch (Exception failure) // the other rows are of interest too
            {
                failures.Add(new InvalidOperationException($"{code}: {failure.Message}", failure));
            }
        }
        foreach (var plugin in plugins.Values)
            await plugin.DisposeAsync();
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }
}
