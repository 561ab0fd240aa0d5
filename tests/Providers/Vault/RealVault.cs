using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>A Vault or OpenBao of its makers: the program that the environment names in VAULT, as a server that forgets all at its end.</summary>
internal sealed class RealVault : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _root;

    private RealVault(Process process, Uri address)
    {
        _process = process;
        _root = new HttpClient { BaseAddress = address };
        _root.DefaultRequestHeaders.Add("X-Vault-Token", "root");
    }

    /// <summary>The program; null where the environment names none.</summary>
    public static string? Program => Environment.GetEnvironmentVariable("VAULT") is { Length: > 0 } path ? path : null;

    /// <summary>A PostgreSQL for it, out of VAULT_DATABASE: <c>postgresql://postgres@127.0.0.1:5432/postgres?sslmode=disable</c>; null where the environment names none.</summary>
    public static string? Database => Environment.GetEnvironmentVariable("VAULT_DATABASE") is { Length: > 0 } url ? url : null;

    public string Address => _root.BaseAddress!.AbsoluteUri;

    public static async Task<RealVault> Start()
    {
        var address = $"127.0.0.1:{UnusedPort()}";
        var server = new RealVault(
            Process.Start(new ProcessStartInfo(Program!, ["server", "-dev", "-dev-root-token-id=root", $"-dev-listen-address={address}", "-dev-no-store-token"]) { RedirectStandardOutput = true, RedirectStandardError = true })!,
            new Uri($"http://{address}/"));
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        await server.WaitUntilItServes().Soon();
        return server;
    }

    /// <summary>What root is answered; a refusal is none of the test's.</summary>
    public async Task<JsonNode?> Ask(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"v1/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _root.SendAsync(request);
        var said = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode && answer.StatusCode is not HttpStatusCode.NotFound) // which is how an empty list is told
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {said}");
        return said.Length == 0 ? null : JsonNode.Parse(said);
    }

    /// <inheritdoc cref="Ask"/>
    public Task<JsonNode?> Write(string path, object body) => Ask(HttpMethod.Post, path, body);

    /// <summary>The names below a path.</summary>
    public async Task<string[]> List(string path)
        => (await Ask(new HttpMethod("LIST"), path))?["data"]?["keys"] is JsonArray keys ? [.. keys.Select(key => (string)key!)] : [];

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _root.Dispose();
    }

    private async Task WaitUntilItServes()
    {
        while (true)
        {
            try
            {
                if ((await Ask(HttpMethod.Get, "sys/mounts"))?["data"]?["secret/"] is not null) // the last thing that it makes ready
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
            {
                if (_process.HasExited)
                    throw new InvalidOperationException($"{Program} has ended with {_process.ExitCode}", e);
            }
            await Task.Delay(20);
        }
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A test that needs a Vault or OpenBao of its makers, which no registry has.</summary>
public sealed class RealVaultFactAttribute : FactAttribute
{
    public RealVaultFactAttribute(bool withDatabase = false) => Skip = RealVault.Program is null ? "VAULT names no program"
        : withDatabase && RealVault.Database is null ? "VAULT_DATABASE names no database" : null;
}
