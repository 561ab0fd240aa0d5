using System.Diagnostics;
using ActorCsi.Fakes;
using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Vault;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>
/// The server of these tests, driven by node-vault, which knows nothing of us: so that our client is not tested against its own mirror.
/// </summary>
public sealed class OfficialClientTests
{
    private const string Package = "node-vault@0.12.0";

    [NpmFact]
    public async Task NodeVault_DrivesTheServer_AsItDoesTheRealOne()
    {
        using var files = new TemporaryDirectory();
        using var issuer = new TokenIssuer();
        var time = new VirtualTime(); // stands still: lives are told to the second
        await using var server = await VaultServer.Start(issuer, time);
        server.Role("web").MountDatabase().MountPki().MountKv1("old");
        server.MountKv2("kv").Put("shop", """{"user": "bob"}""");
        await Run(files.Path, "npm", ["install", "--no-audit", "--no-fund", "--silent", Package]);

        var said = await Run(files.Path, "node", [Path.Combine(AppContext.BaseDirectory, "Vault", "node-vault.mjs")],
            ("VAULT_ADDR", server.Front.Address.GetLeftPart(UriPartial.Authority)),
            ("POD_TOKEN", issuer.Issue(new PodIdentity("default", "web-0", "uid", "web"), "vault", time.GetUtcNow())));

        Assert.Equal(
            [
                "sealed=false", "no-token=400: missing client token", "no-role=400: invalid role name \"none\"", "no-jwt=403: permission denied",
                "login=service 3600 true", "lookup=true", "renewed=3600",
                "kv2=carol 2", "kv2-version=bob", "kv2-missing=404: Status 404", "kv1=dave", "kv1-deleted=404: Status 404",
                "creds=v-shop-1 3600 true", "lease=600", "lease-gone=400: lease not found",
                "pki=true", "pki-name=400: common name evil.org not allowed by this role",
                "revoked=403: 2 errors occurred:", "\t* permission denied", "\t* invalid token",
            ],
            said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(server.Tokens);
    }

    private static async Task<string> Run(string directory, string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program}: {await output}{await error}");
    }
}

/// <summary>A test that needs node and npm, and its registry. Skipped where there are none, but not in CI.</summary>
public sealed class NpmFactAttribute : FactAttribute
{
    public NpmFactAttribute()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!new[] { "node", "npm" }.All(program => path.Any(directory => File.Exists(Path.Combine(directory, program)))) && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = "needs node and npm (Debian: apt-get install npm)";
    }
}
