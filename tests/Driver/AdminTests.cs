using System.Collections.Immutable;
using ActorCsi.Admin.V1;
using ActorCsi.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using AdminClient = ActorCsi.Admin.V1.Admin.AdminClient;

namespace ActorCsi.Tests.Driver;

/// <summary>What operators are told of the node's volumes, and what they can make them do.</summary>
public sealed class AdminTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private RunningDriver _driver = null!;
    private GrpcChannel _channel = null!;

    private AdminClient Admin => new(_channel);

    public async Task InitializeAsync()
    {
        _driver = await RunningDriver.Start();
        _channel = Kubelet.Connect(_driver.Options.AdminSocketPath!);
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _driver.DisposeAsync();
    }

    [Fact]
    public async Task ListVolumes_Several_ByPodThenId()
    {
        foreach (var (id, pod) in new[] { ("csi-1", "web-b"), ("csi-2", "web-a"), ("csi-3", "web-a") })
            Publish(Status(id, pod));

        Assert.Equal(["csi-2", "csi-3", "csi-1"], await List(new()));
    }

    [Fact]
    public async Task ListVolumes_Stale_TellsWhyAndWhen()
    {
        Publish(Status("csi-1", "web") with
        {
            State = VolumeState.Stale,
            Reason = "vault is sealed",
            RefreshAt = Noon.AddMinutes(1),
            StaleSince = Noon.AddMinutes(-3),
            RefreshCause = RefreshCause.Retry,
        });

        var volume = Assert.Single((await Admin.ListVolumesAsync(new())).Volumes);

        Assert.Equal(("Stale", "vault is sealed", "shop", "web", "db-password"), (volume.State, volume.Reason, volume.PodNamespace, volume.PodName, volume.ClassName));
        Assert.Equal((Noon.AddMinutes(1), "Retry", Noon.AddMinutes(-3)), (volume.RefreshAt.ToDateTimeOffset(), volume.RefreshCause, volume.StaleSince.ToDateTimeOffset()));
        Assert.Null(volume.ExpiresAt);
    }

    [Fact]
    public async Task ListVolumes_WhatIsTakenOutAtStores_IsListedWithThoseThatUseIt()
    {
        Publish(Status("csi-1", "web"));
        Publish(Status("csi-2", "web") with { ClassName = "other" });
        _driver.Volumes.OnLogins = () => [Login("shop", "csi-1"), Login("shop", "csi-2"), Login("shop"), Login("office")];
        _driver.Volumes.OnInspectInFull = id => new VolumeReport(Status(id, "web"), Spec(Status(id, "web")), TokenSource.None, [], [], 0, []);

        Assert.Equal(["office:", "shop:", "shop:csi-1", "shop:csi-2"], await Logins(new()));
        Assert.Equal(["shop:", "shop:csi-1", "shop:csi-2"], await Logins(new() { Namespace = "shop" }));
        Assert.Equal(["shop:csi-2"], await Logins(new() { ClassName = "other" }));
        Assert.Empty(await Logins(new() { Stale = true }));

        var report = await Admin.InspectVolumeAsync(new() { Volume = "csi-2" });
        Assert.Equal(("vault at https://vault", "web", "role", 1, 2), (report.Logins[0].Store, report.Logins[0].ServiceAccount, report.Logins[0].Role, report.Logins[0].Logins, report.Logins[0].Leases));
        Assert.Equal(Noon.ToTimestamp(), Assert.Single(report.Logins).LeasesUntil);

        async Task<string[]> Logins(VolumeSelector selector)
            => [.. (await Admin.ListVolumesAsync(new() { Selector = selector })).Logins.Select(login => $"{login.PodNamespace}:{string.Join(' ', login.Volumes)}").Order(StringComparer.Ordinal)];

        static StoreLogin Login(string @namespace, params string[] volumes) => new("vault at https://vault", @namespace, "web", "role", 1, DateTimeOffset.MaxValue, 2, Noon, [.. volumes]);
    }

    [Fact]
    public async Task ListVolumes_AStoreThatBreaks_TakesNothingFromTheVolumes()
    {
        Publish(Status("csi-1", "web"));
        _driver.Volumes.OnLogins = () => throw new IOException("the disk is gone");

        Assert.Equal(["csi-1"], await List(new()));
    }

    public static TheoryData<VolumeSelector, string[]> Selections => new()
    {
        { new() { Namespace = "shop" }, ["csi-aa1", "csi-aa2"] },
        { new() { Namespace = "nowhere" }, [] },
        { new() { ClassName = "api-key" }, ["csi-aa2", "csi-b"] },
        { new() { ClassName = "api-key", ClassNamespace = "office" }, ["csi-b"] },
        { new() { Stale = true }, ["csi-b"] },
        { new() { Volume = "csi-aa" }, ["csi-aa1", "csi-aa2"] },
        { new() { Volume = "csi-aa1" }, ["csi-aa1"] },
        { new() { Volume = "csi-b" }, ["csi-b"] },
        { new() { Volume = "shop/web" }, ["csi-aa1", "csi-aa2"] },
        { new() { Volume = "shop/web/keys" }, ["csi-aa2"] },
        { new() { Volume = "shop/we" }, [] },
        { new() { Volume = "shop/web/key" }, [] },
    };

    [Theory]
    [MemberData(nameof(Selections))]
    public async Task ListVolumes_Selector_GivesThoseThatFit(VolumeSelector selector, string[] expected)
    {
        Publish(Status("csi-aa1", "web", volume: "passwords"));
        Publish(Status("csi-aa2", "web", volume: "keys") with { ClassName = "api-key" });
        Publish(Status("csi-b", "mail") with { Pod = new("office", "mail", "uid", "default"), ClassName = "api-key", State = VolumeState.Stale });

        Assert.Equal(expected, (await List(selector)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ListVolumes_OneIdBeginsAnother_TheWholeIdMeansItself()
    {
        Publish(Status("csi-1", "web"));
        Publish(Status("csi-12", "web"));

        Assert.Equal(["csi-1"], await List(new() { Volume = "csi-1" }));
    }

    [Fact]
    public async Task ListVolumes_AThousand_AreAllListed()
    {
        foreach (var id in Enumerable.Range(0, 1000).Select(i => $"csi-{i:000}"))
            Publish(Status(id, $"pod-of-{id}"));

        Assert.Equal(1000, (await List(new())).Distinct().Count());
    }

    [Fact]
    public async Task ListVolumes_OneDoesNotAnswer_IsListedAsUnknown()
    {
        Publish(Status("csi-1", "web"));
        Publish(Status("csi-2", "web"));
        var never = new TaskCompletionSource();
        _driver.Volumes.OnInspect = id => id == "csi-1" ? never.Task : Task.CompletedTask;

        var armed = _driver.Time.WhenArmed(dueIn: TimeSpan.FromSeconds(2));
        var answer = Admin.ListVolumesAsync(new()).ResponseAsync;
        await armed.Soon();
        _driver.Time.Advance(TimeSpan.FromSeconds(2));

        var volumes = (await answer.Soon()).Volumes;
        Assert.Equal([("csi-1", "Unknown"), ("csi-2", "Serving")], volumes.Select(volume => (volume.VolumeId, volume.State)));
        Assert.NotEmpty(volumes[0].Reason);
        never.SetResult();
    }

    [Fact]
    public async Task ListVolumes_OneFails_IsListedAsUnknownWithoutInternals()
    {
        Publish(Status("csi-1", "web"));
        _driver.Volumes.OnInspect = _ => throw new InvalidDataException("hunter2");

        var volume = Assert.Single((await Admin.ListVolumesAsync(new())).Volumes);

        Assert.Equal("Unknown", volume.State);
        Assert.DoesNotContain("hunter2", volume.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InspectVolume_ByPod_TellsAllButSecrets()
    {
        var status = Status("csi-1", "web") with { Objects = [new ObjectVersion("secret/db", "7")] };
        Publish(status);
        _driver.Volumes.OnInspectInFull = _ => new VolumeReport(
            status, Spec(status), TokenSource.Secrets, [new TokenReport("vault", Noon.AddHours(1), Noon)], ["username", "password"], Failures: 2,
            [new RefreshReport(Noon, TimeSpan.FromSeconds(3), false, VolumeError.ProviderUnavailable, "vault is sealed")]);

        var report = await Admin.InspectVolumeAsync(new() { Volume = "shop/web" });

        Assert.Equal(("csi-1", "uid", "default", "Secrets", 2), (report.Volume.VolumeId, report.PodUid, report.ServiceAccount, report.TokenSource, report.Failures));
        Assert.Equal(("vault", Noon.AddHours(1).ToTimestamp(), Noon.ToTimestamp()), (report.Tokens[0].Audience, report.Tokens[0].ExpiresAt, report.Tokens[0].IssuedAt));
        Assert.Equal(["username", "password"], report.NodePublishSecrets);
        Assert.Equal(("secret/db", "7"), (report.Objects[0].Id, report.Objects[0].Version));
        Assert.Equal("db-password", report.Attributes["secretProviderClass"]);
        Assert.Equal(2000u, report.FsGroup);
        Assert.Equal(("ProviderUnavailable", "vault is sealed", 3), (report.Refreshes[0].Error, report.Refreshes[0].Message, report.Refreshes[0].Took.Seconds));
    }

    [Theory]
    [InlineData("", StatusCode.InvalidArgument, "nothing says which volume")]
    [InlineData("csi-9", StatusCode.NotFound, "'csi-9'")]
    [InlineData("shop/nobody", StatusCode.NotFound, "'shop/nobody'")]
    [InlineData("csi-", StatusCode.InvalidArgument, "csi-1 (shop/web/secrets), csi-2 (shop/web/secrets)")]
    public async Task InspectVolume_NotExactlyOne_IsRefused(string words, StatusCode code, string why)
    {
        Publish(Status("csi-1", "web"));
        Publish(Status("csi-2", "web"));

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Admin.InspectVolumeAsync(new() { Volume = words }));

        Assert.Equal(code, refusal.StatusCode);
        Assert.Contains(why, refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefreshVolumes_Class_RefreshesEachOfItAndNoOther()
    {
        Publish(Status("csi-1", "web"));
        Publish(Status("csi-2", "mail"));
        Publish(Status("csi-3", "mail") with { ClassName = "other" });
        _driver.Volumes.OnRefresh = id =>
        {
            if (id == "csi-1")
                Publish(Status(id, "web") with { Generation = 4 });
            return Task.CompletedTask;
        };

        var answer = await Admin.RefreshVolumesAsync(new() { Selector = new() { ClassName = "db-password", ClassNamespace = "shop" } });

        Assert.Equal([("csi-2", false), ("csi-1", true)], answer.Volumes.Select(volume => (volume.Volume.VolumeId, volume.Changed)));
        Assert.All(answer.Volumes, volume => Assert.Equal(("", false), (volume.Error, volume.Pending)));
        Assert.Equal(["csi-1", "csi-2"], Refreshed());
    }

    [Fact]
    public async Task RefreshVolumes_OneRefused_TellsWhyAndRefreshesTheOthers()
    {
        Publish(Status("csi-1", "web"));
        Publish(Status("csi-2", "web"));
        _driver.Volumes.OnRefresh = id => id == "csi-1" ? throw new VolumeException(VolumeError.ProviderDenies, "vault says no") : Task.CompletedTask;

        var answer = await Admin.RefreshVolumesAsync(new() { Selector = new() { Namespace = "shop" } });

        Assert.Equal([("csi-1", "ProviderDenies", "vault says no"), ("csi-2", "", "")], answer.Volumes.Select(volume => (volume.Volume.VolumeId, volume.Error, volume.Message)));
    }

    [Fact]
    public async Task RefreshVolumes_ABug_IsToldAsAnIdOnly()
    {
        Publish(Status("csi-1", "web"));
        _driver.Volumes.OnRefresh = _ => throw new InvalidDataException("hunter2");

        var volume = Assert.Single((await Admin.RefreshVolumesAsync(new() { Selector = new() { Namespace = "shop" } })).Volumes);

        Assert.Equal("Internal", volume.Error);
        Assert.StartsWith("internal error ", volume.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", volume.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefreshVolumes_OneHangs_TheAnswerComesAndTheRefreshGoesOn()
    {
        Publish(Status("csi-1", "web"));
        Publish(Status("csi-2", "web"));
        var hangs = new TaskCompletionSource();
        _driver.Volumes.OnRefresh = id => id == "csi-1" ? hangs.Task : Task.CompletedTask;

        var patience = TimeSpan.FromSeconds(7);
        var armed = _driver.Time.WhenArmed(dueIn: patience);
        var answer = Admin.RefreshVolumesAsync(new() { Selector = new() { Namespace = "shop" }, Patience = patience.ToDuration() }).ResponseAsync;
        await armed.Soon();
        _driver.Time.Advance(patience);

        Assert.Equal([("csi-1", true), ("csi-2", false)], (await answer.Soon()).Volumes.Select(volume => (volume.Volume.VolumeId, volume.Pending)));
        Assert.Equal(["csi-1", "csi-2"], Refreshed());
        hangs.SetResult();
    }

    [Fact]
    public async Task RefreshVolumes_NothingSaid_RefusesToRefreshAll()
    {
        Publish(Status("csi-1", "web"));

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Admin.RefreshVolumesAsync(new() { Selector = new() }));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Empty(Refreshed());
    }

    [Fact]
    public async Task RefreshVolumes_NobodyMeant_IsNotFound()
    {
        Publish(Status("csi-1", "web"));

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Admin.RefreshVolumesAsync(new() { Selector = new() { Namespace = "elsewhere" } }));

        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
    }

    [Fact]
    public async Task HoldClass_AClass_IsToldOfItsVolumesAndOfNoOthers()
    {
        Publish(Status("csi-1", "web"));
        Publish(Status("csi-2", "mail") with { ClassName = "other" });

        var answer = await Admin.HoldClassAsync(new() { Namespace = "shop", Name = "db-password", Reason = "incident 7" });

        Assert.Equal("csi-1", Assert.Single(answer.Volumes).VolumeId);
        var listed = (await Admin.ListVolumesAsync(new())).Volumes;
        Assert.Equal([("csi-2", null), ("csi-1", "incident 7")], listed.Select(volume => (volume.VolumeId, volume.Hold?.Reason)));
        Assert.Equal(Noon, listed[1].Hold.Since.ToDateTimeOffset());
    }

    [Fact]
    public async Task HoldClass_AClass_IsToldByInspectAndRefreshToo()
    {
        var status = Status("csi-1", "web");
        Publish(status);
        _driver.Volumes.OnInspectInFull = _ => new VolumeReport(status, Spec(status), TokenSource.None, [], [], 0, []);
        await Admin.HoldClassAsync(new() { Namespace = "shop", Name = "db-password", Reason = "incident 7" });

        Assert.Equal("incident 7", (await Admin.InspectVolumeAsync(new() { Volume = "csi-1" })).Volume.Hold.Reason);
        Assert.Equal("incident 7", Assert.Single((await Admin.RefreshVolumesAsync(new() { Selector = new() { Volume = "csi-1" } })).Volumes).Volume.Hold.Reason);
    }

    [Fact]
    public async Task ResumeClass_Held_IsHeldNoMore()
    {
        Publish(Status("csi-1", "web"));
        await Admin.HoldClassAsync(new() { Namespace = "shop", Name = "db-password" });

        var answer = await Admin.ResumeClassAsync(new() { Namespace = "shop", Name = "db-password" });

        Assert.Null(Assert.Single(answer.Volumes).Hold);
        Assert.Empty(_driver.Volumes.Holds);
    }

    [Fact]
    public async Task ListVolumes_AClassCannotTellOfItsHold_ListsTheVolumesAllTheSame()
    {
        Publish(Status("csi-1", "web"));
        _driver.Volumes.OnInspectClass = _ => throw new InvalidDataException("a torn record");

        Assert.Equal(["csi-1"], await List(new()));
    }

    [Theory]
    [InlineData("", "db")]
    [InlineData("shop", "")]
    [InlineData("shop/x", "db")]
    [InlineData("shop", "DB")]
    public async Task HoldClass_NoClassesName_IsRefused(string @namespace, string name)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Admin.HoldClassAsync(new() { Namespace = @namespace, Name = name }));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Empty(_driver.Volumes.Holds);
    }

    private async Task<IEnumerable<string>> List(VolumeSelector selector)
        => (await Admin.ListVolumesAsync(new() { Selector = selector })).Volumes.Select(volume => volume.VolumeId);

    private void Publish(VolumeStatus status) => _driver.Volumes.Published[status.VolumeId] = status;

    private IEnumerable<string> Refreshed() => _driver.Volumes.Told.Where(told => told.Verb == "Refresh").Select(told => told.Volume).Order(StringComparer.Ordinal);

    private static VolumeSpec Spec(VolumeStatus status) => new(
        status.VolumeId, status.Targets[0], status.Pod, new StringMap([new("secretProviderClass", status.ClassName)]), "SINGLE_NODE_WRITER", true, 2000, "");

    private static VolumeStatus Status(string id, string pod, string volume = "secrets") => new(
        id, VolumeState.Serving, new PodIdentity("shop", pod, "uid", "default"), "db-password", "vault",
        ImmutableArray.Create($"/pods/{id}/volumes/kubernetes.io~csi/{volume}/mount"), Generation: 3, Objects: [], ServedAt: Noon, ExpiresAt: null, RefreshAt: null, Reason: null);
}
