using ActorCsi.Fakes.Stores.Vault;
using ActorCsi.Tests.Providers.Vault;

namespace ActorCsi.Tests.Providers.Stores;

/// <summary>Vault: two secrets of a KV store with versions, by the kubernetes method.</summary>
internal sealed class VaultStore : VaultTest, IStore
{
    private VaultServer.Kv2 _kv = null!;

    public string TokenAudience => Audience;

    public Place TokenService => new(Vault.Front, request => request.Path == "/v1/auth/kubernetes/login", Vault.Front.Address.GetLeftPart(UriPartial.Authority));

    public Place FirstObject => new(Vault.Front, request => request.Path == "/v1/shop/data/first", Vault.Front.Address.GetLeftPart(UriPartial.Authority));

    public int Logins => Vault.Logins;

    public int[] Reads => [Vault.Asked("GET", "/v1/shop/data/first"), Vault.Asked("GET", "/v1/shop/data/second")];

    public TimeSpan ClockSkew { set => Vault.ClockSkew = value; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Vault.Role("web", role => role with { ServiceAccounts = ["web"] });
        _kv = Vault.MountKv2("shop");
        Put("one", "two");
    }

    public void SetClass(params (string Name, string? Value)[] parameters) => SetClass("""
        - {objectName: first, secretPath: shop/data/first, secretKey: value}
        - {objectName: second, secretPath: shop/data/second, secretKey: value}
        """, parameters);

    public void Put(string first, string second)
        => _kv.Put("first", $$"""{"value": "{{first}}"}""").Put("second", $$"""{"value": "{{second}}"}""");

    public void RevokeLogins() => Vault.RevokeAll();

    public void LetTry(string serviceAccount)
    {
        // The class names the role, which is bound to another service account only.
    }
}
