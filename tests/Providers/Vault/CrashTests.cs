using System.Collections.Immutable;
using ActorCsi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>After kill -9 nothing is asked that is not due, and nothing is left behind for ever.</summary>
public sealed class CrashTests : VaultTest
{
    private const string Creds = "- {objectName: user, secretPath: database/creds/shop, secretKey: username}";

    public CrashTests() => IsDurable = true;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Vault.MountDatabase();
        SetClass(Creds);
    }

    [Fact]
    public async Task Restart_VolumesServeOn_TheServerIsAskedNothing()
    {
        await Publish();
        var asked = Vault.Front.Requests.Count;
        await Crash();
        await Restart();
        await Publish();
        Assert.Equal(asked, Vault.Front.Requests.Count);
        Assert.Equal("v-shop-1", Files()["user"]);
    }

    [Fact]
    public async Task Restart_Memory_LoginAndLeaseAreRenewedAndGivenBack()
    {
        await Publish();
        await Crash();
        await Restart();
        await Advance(TimeSpan.FromMinutes(41));
        await Publish();
        await Until(() => Vault.Asked("POST", "/v1/sys/leases/renew") == 1);
        Assert.Equal((1, 1, "v-shop-1"), (Vault.Logins, Vault.UsersMade, Files()["user"]));
        await Unpublish();
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
    }

    [Fact]
    public async Task Restart_CrashedInTheMiddleOfAPublish_WhatWasLeasedIsGivenBack()
    {
        await Publish(Pod("web-1"));
        var (asked, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        SetClass("second", "vault", "- {objectName: other, secretPath: database/creds/other, secretKey: username}\n- {objectName: user, secretPath: kv/data/shop, secretKey: user}");
        Vault.Front.Delay(request => request.Path.StartsWithSegments("/v1/kv", StringComparison.Ordinal), asked, never.Task);
        var publishing = Publish(className: "second");
        await asked.Task.Soon();
        await Until(() => Vault.Leases.Count == 2);
        await Unpublish(Pod("web-1"));
        await Crash();
        _ = publishing.ContinueWith(static done => done.Exception, TaskScheduler.Default);
        await Restart();
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
        never.SetResult();
    }

    [Theory]
    [InlineData(true)] // the login is another volume's too, and lives on
    [InlineData(false)] // it is the very first one
    public async Task Restart_CrashedBeforeAnybodySawTheLease_IsGivenBack(bool another)
    {
        SetClass("kv", "vault", "- {objectName: user, secretPath: kv/data/shop, secretKey: user}");
        if (another)
            await Publish(Pod("web-1"), "kv");
        var (asked, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        SetClass("second", "vault", Creds + "\n- {objectName: other, secretPath: kv/data/shop?version=1, secretKey: user}");
        Vault.Front.Delay(request => request.QueryString.HasValue, asked, never.Task);
        var publishing = Publish(className: "second");
        await asked.Task.Soon();
        await Until(async () => (await Login().Inspect()).Leases.Count == 1);
        await Crash();
        _ = publishing.ContinueWith(static done => done.Exception, TaskScheduler.Default);
        Assert.Single(Vault.Leases);
        await Restart();
        await Until(() => Vault.Leases.Count == 0 && Vault.Tokens.Count == (another ? 1 : 0));
        never.SetResult();
    }

    [Fact]
    public async Task Restart_CrashedBeforeItWasGivenBack_IsGivenBackThen()
    {
        await Publish();
        Vault.IsSealed = true;
        await Unpublish();
        await Until(() => Vault.Asked("POST", "/v1/auth/token/revoke-self") == 1);
        await Crash();
        Vault.IsSealed = false;
        await Restart();
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
    }

    [Fact]
    public async Task Restart_StateOnDisk_WhatWasForgottenIsListedUntilItsEnd()
    {
        KeepsSecrets = false;
        await Publish();
        await Crash();
        await Restart();
        var status = await Login().Inspect().Soon();
        Assert.Equal((1, 1, "csi-web-0-content"), (status.Logins.Count, status.Leases.Count, Assert.Single(status.Volumes)));
        await Publish(); // nothing is due
        Assert.Equal("v-shop-1", Files()["user"]);

        await Refresh();
        Assert.Equal((2, "v-shop-2"), (Vault.Logins, Files()["user"]));
        await Unpublish();
        await Until(async () => await Login().Inspect() is { Logins.Count: 1, Leases.Count: 1 }); // ours is gone; the forgotten one lives
        Assert.Single(Vault.Tokens);
        await Advance(TimeSpan.FromHours(1));
        Assert.Empty(Vault.Leases);
        await Until(async () => (await Login().Inspect()).Logins.Count == 0);
    }

    [Fact]
    public async Task List_WhatACrashLeft_IsThereWithoutVolumesUntilItIsGivenBack()
    {
        await Publish();
        var used = Assert.Single(await List());
        Assert.Equal(("default", "web", "web", 1, 1), (used.Namespace, used.ServiceAccount, used.Role, used.Logins, used.Leases));
        Assert.StartsWith("vault at https://", used.Store, StringComparison.Ordinal);
        Assert.Equal("csi-web-0-content", Assert.Single(used.Volumes));

        Vault.IsSealed = true;
        await Unpublish();
        await Crash();
        await Restart();
        Assert.Empty(Assert.Single(await List()).Volumes);

        Vault.IsSealed = false;
        await Advance(TimeSpan.FromMinutes(1));
        await Until(async () => (await List()).IsEmpty);
    }

    private Task<ImmutableArray<StoreLogin>> List() => Cluster.GetSiloServiceProvider().GetRequiredService<IStoreLogins>().List().Soon();

    [Fact]
    public async Task Files_StateOnDisk_HoldNothingSecret()
    {
        KeepsSecrets = false;
        await Publish();
        var written = string.Concat(Directory.EnumerateFiles(Path.GetDirectoryName(CaFile)!, "*", SearchOption.AllDirectories)
            .Where(file => file.Contains("logins", StringComparison.Ordinal)).Select(File.ReadAllText));
        Assert.Contains("accessor-1", written, StringComparison.Ordinal);
        foreach (var secret in (string[])[Vault.Tokens[0].Id, Vault.Leases[0].Id, "v-shop-1"])
        {
            Assert.DoesNotContain(secret, written, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)), written, StringComparison.Ordinal);
        }
    }
}
