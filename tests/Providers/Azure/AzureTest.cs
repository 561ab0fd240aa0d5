using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Azure;

namespace ActorCsi.Tests.Providers.Azure;

/// <summary>A node with pods, an Entra tenant and a vault. The hosts have their real names; <c>default/web</c> may log in as <see cref="Client"/>, which may read all that is there.</summary>
public abstract class AzureTest : ProviderTest
{
    protected const string Tenant = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    protected const string Client = "11111111-2222-3333-4444-555555555555";

    /// <summary>One object: a secret of the vault.</summary>
    protected const string Password = "array:\n  - |\n    objectName: password\n    objectType: secret\n";

    private readonly List<IAsyncDisposable> _servers = [];

    protected EntraServer Entra { get; private set; } = null!;

    protected KeyVaultServer Vault { get; private set; } = null!;

    protected override string Audience => EntraServer.Audience;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Proxy = NowhereForPlainHttp;
        Entra = await StartEntra("login.microsoftonline.com");
        Entra.Federate(Tenant, Client, "default", "web");
        Vault = await StartVault(Entra, "shop-kv", Tenant);
        Vault.Allow(Client, "secrets/get", "secrets/list", "keys/get", "keys/list", "certificates/get", "certificates/list").PutSecret("password", "s3cret");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    /// <summary>Objects as classes write them: a list of texts that are YAML again.</summary>
    protected static string Objects(params string[] entries) => "array:\n" + string.Concat(entries.Select(entry => $"  - |\n    {entry}\n"));

    /// <summary>A class with those objects, for our vault and identity, with other parameters where the test says so; null takes one away.</summary>
    protected void SetClass(string objects, params (string Name, string? Value)[] others) => SetClass(ClassName, objects, others);

    protected void SetClass(string name, string objects, params (string Name, string? Value)[] others)
    {
        var parameters = new Dictionary<string, string?> { ["keyvaultName"] = "shop-kv", ["tenantID"] = Tenant, ["clientID"] = Client, ["objects"] = objects };
        foreach (var (parameter, value) in others)
            parameters[parameter] = value;
        Classes.Set(name, "azure", [.. parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Key, one.Value!))]);
    }

    protected async Task<EntraServer> StartEntra(string host, TokenIssuer? cluster = null)
    {
        var server = await EntraServer.Start(cluster ?? Issuer, Time, Authority.Server(host), host);
        _servers.Add(server);
        Redirect($"{host}:443", server.Front);
        return server;
    }

    /// <summary>What answers on the node for the node alone.</summary>
    protected async Task<AzureMachine> StartMachine()
    {
        var machine = await AzureMachine.Start(Entra, Time, Tenant);
        _servers.Add(machine);
        Redirect("169.254.169.254:80", machine.Front);
        Redirect("localhost:2579", machine.Front);
        return machine;
    }

    protected async Task<KeyVaultServer> StartVault(EntraServer entra, string name, string tenant, string suffix = "vault.azure.net")
    {
        var server = await KeyVaultServer.Start(entra, Time, Authority.Server($"{name}.{suffix}"), name, tenant, suffix);
        _servers.Add(server);
        Redirect($"{server.Host}:443", server.Front);
        return server;
    }

    /// <summary>A server takes the place of a host.</summary>
    protected void Redirect(string host, StoreServer server) => ConnectTo[host] = server.Address.Authority;
}
