using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Vault;

namespace ActorCsi.Tests.EndToEnd;

/// <summary>The whole program with a store behind it: what it takes out there for pods it knows across kill -9, tells operators of, and gives back.</summary>
public sealed class StoreTests : IAsyncLifetime, IDisposable
{
    private readonly TokenIssuer _issuer = new();
    private readonly TestAuthority _authority = new();
    private readonly TestNode _node = new();
    private VaultServer _vault = null!;
    private VaultServer.Kv2 _kv = null!;

    public async Task InitializeAsync()
    {
        _vault = await VaultServer.Start(_issuer, TimeProvider.System, _authority.Server());
        _vault.Role("app", role => role with { ServiceAccounts = ["app"] }).MountDatabase();
        _kv = _vault.MountKv2("kv").Put("shop", """{"user": "bob"}""");
        await File.WriteAllTextAsync(_node["ca.pem"], _authority.Pem);
        _node.Environment.Add($"VAULT_ADDR={_vault.Front.Address}");
        _node.KeepStateInMemory();
        _node.AddClass("shop", "vault", "roleName: app", $"vaultCACertPath: {_node["ca.pem"]}",
            """objects: "[{objectName: user, secretPath: database/creds/shop, secretKey: username}, {objectName: name, secretPath: kv/data/shop, secretKey: user}]" """);
    }

    public async Task DisposeAsync() => await _vault.DisposeAsync();

    public void Dispose()
    {
        _node.Dispose();
        _authority.Dispose();
        _issuer.Dispose();
    }

    [MountFact]
    public async Task Publish_DynamicSecret_OutlivesAKillAndIsGivenBackAtTheEnd()
    {
        await _node.Start();
        var volume = Volume("web-0");
        await volume.Publish();
        var (before, asked) = (volume.View(), _vault.Front.Requests.Count);
        Assert.Equal(("v-shop-1", "bob"), (volume.Read("user"), volume.Read("name")));

        await _node.KillAndRestart();
        await volume.Publish();

        volume.View().CheckSameAs(before);
        Assert.Equal(asked, _vault.Front.Requests.Count); // a restart asks no one
        Assert.Equal(Line(volumes: "1"), await Listed());

        await volume.Unpublish();
        volume.CheckNothingIsLeft();
        await Until.Holds(() => NothingIsOut, "nothing to be left at the store");
        await Until.Holds(async () => await Listed() is [], "nothing to be listed");
    }

    /// <summary>What is taken out at a store is to be seen from outside for as long as it is out, also by a driver that did not take it out itself.</summary>
    [MountFact]
    public async Task Unpublish_TheStoreIsAwayAndTheDriverKilled_IsListedUntilItIsGivenBack()
    {
        await _node.Start();
        var volume = Volume("web-0");
        await volume.Publish();
        _vault.IsSealed = true;
        await volume.Unpublish();

        await _node.KillAndRestart();
        Assert.Equal(Line(volumes: "none"), await Listed());
        Assert.False(NothingIsOut);

        _vault.IsSealed = false;
        await _node.KillAndRestart();
        await Until.Holds(async () => await Listed() is [], "nothing to be listed");
        Assert.True(NothingIsOut);
    }

    /// <summary>A cluster that leaves a plugin: its classes stay, and so do the files that are the same. A socket that nobody listens behind still counts (docs/MIGRATING.md).</summary>
    [MountFact]
    public async Task Refresh_ThePluginWasTakenAway_IsAnsweredByTheBuiltInProvider()
    {
        _node.AddClass("moved", "vault", "roleName: app", $"vaultCACertPath: {_node["ca.pem"]}", """objects: "[{objectName: name, secretPath: kv/data/shop, secretKey: user}]" """);
        await using var plugin = await FakePlugin.Start(_node.Plugins, "vault");
        plugin.Gives(("name", "bob"));
        await _node.Start();
        var volume = Volume("web-0", "moved");
        await volume.Publish();
        var (before, asked) = (volume.View(), _vault.Front.Requests.Count);

        await plugin.Crash();
        var left = await OperatorTests.Ask(_node, "refresh", "default/web-0");
        volume.View().CheckSameAs(before);
        await plugin.DisposeAsync();
        var gone = await OperatorTests.Ask(_node, "refresh", "default/web-0");

        Assert.Equal((1, 0, 0), (left.ExitCode, gone.ExitCode, asked));
        Assert.Contains("ProviderUnavailable", left.Output, StringComparison.Ordinal);
        volume.View().CheckSameAs(before);
        Assert.Equal(1, _vault.Logins);

        _kv.Put("shop", """{"user": "alice"}""");
        await OperatorTests.Ask(_node, "refresh", "default/web-0");
        Assert.Equal("alice", volume.Read("name"));
    }

    [MountFact]
    public async Task Kill_InTheMiddleOfAPublish_WhatWasTakenOutIsGivenBackAfterTheRestart()
    {
        var (asked, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        _vault.Front.Delay(request => request.Path.StartsWithSegments("/v1/kv", StringComparison.Ordinal), asked, never.Task);
        await _node.Start();
        var volume = Volume("web-0");
        var publishing = volume.Publish();
        await asked.Task.Soon();
        await Until.Holds(() => _vault.Leases.Count == 1, "the lease that the pod will never see");

        await _node.Driver.Kill();
        await Assert.ThrowsAsync<RpcException>(() => publishing);
        await _node.Restart();

        Assert.False(volume.IsMounted);
        await Until.Holds(() => NothingIsOut, "nothing to be left at the store");
        never.SetResult();
    }

    private bool NothingIsOut => _vault.Tokens.Count == 0 && _vault.Leases.Count == 0;

    /// <summary>One login with one lease, as <c>ps</c> has them, but for the times.</summary>
    private string[] Line(string volumes) => ["default/app", "vault", "at", _vault.Front.Address.AbsoluteUri.TrimEnd('/'), "app", "1", "in", "1", "in", volumes];

    private async Task<string[]> Listed()
    {
        var (_, table, _) = await OperatorTests.Ask(_node, "ps");
        var line = table.Split('\n').FirstOrDefault(line => line.StartsWith("default/app", StringComparison.Ordinal)) ?? "";
        return [.. OperatorTests.Words(line).Where(word => !word.EndsWith('m'))];
    }

    private PodVolume Volume(string pod, string className = "shop")
    {
        var volume = _node.Volume(className, pod);
        volume.BringToken(_issuer, "vault");
        return volume;
    }
}
