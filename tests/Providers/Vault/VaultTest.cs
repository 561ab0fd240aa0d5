using ActorCsi.Fakes.Stores.Vault;
using ActorCsi.Grains.Providers.Vault;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>A node with pods, their volumes, and a Vault.</summary>
public abstract class VaultTest : ProviderTest
{
    protected VaultServer Vault { get; private set; } = null!;

    protected override string Audience => "vault";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Vault = await VaultServer.Start(Issuer, Time, Authority.Server());
        Vault.Role("web").MountKv2("kv").Put("shop", """{"user": "bob", "password": "s3cret-pässword", "port": 5432, "tags": ["a", "b"]}""");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Vault.DisposeAsync();
    }

    /// <summary>A class with those objects, at our server, as role <c>web</c>, with other parameters where the test says so; null takes one away.</summary>
    protected void SetClass(string objects, params (string Name, string? Value)[] others) => SetClass(ClassName, "vault", objects, others);

    protected void SetClass(string name, string provider, string objects, params (string Name, string? Value)[] others)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["vaultAddress"] = Vault.Front.Address.AbsoluteUri,
            ["vaultCACertPath"] = CaFile,
            ["roleName"] = "web",
            ["objects"] = objects,
        };
        foreach (var (parameter, value) in others)
            parameters[parameter] = value;
        Classes.Set(name, provider, [.. parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Key, one.Value!))]);
    }

    /// <summary>The account's grain for <see cref="ProviderTest.Pod"/>.</summary>
    internal IVaultLoginGrain Login(string role = "web", string provider = "vault", string serviceAccount = "web") => Cluster.Client.GetGrain<IVaultLoginGrain>(new VaultAccount
    {
        Provider = provider,
        Address = Vault.Front.Address.AbsoluteUri,
        Namespace = "",
        AuthMount = "kubernetes",
        Role = role,
        PodNamespace = "default",
        ServiceAccount = serviceAccount,
        Audience = provider,
        CaFile = CaFile,
    }.Key);
}
