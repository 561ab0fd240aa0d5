using ActorCsi.Tests.Providers.Azure;

namespace ActorCsi.Tests.Providers.Stores;

/// <summary>Azure: two secrets of a vault, by workload identity.</summary>
internal sealed class AzureStore : AzureTest, IStore
{
    public string TokenAudience => Audience;

    public Place TokenService => new(Entra.Front, _ => true, "https://login.microsoftonline.com");

    public Place FirstObject => new(Vault.Front, request => request.Path.StartsWithSegments("/secrets/first", StringComparison.Ordinal), "https://shop-kv.vault.azure.net");

    public int Logins => Entra.Issued.Count;

    public int[] Reads => [Vault.Asked("/secrets/first/"), Vault.Asked("/secrets/second/")];

    public TimeSpan ClockSkew { set => (Entra.ClockSkew, Vault.ClockSkew) = (value, value); }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Put("one", "two");
    }

    public void SetClass(params (string Name, string? Value)[] parameters)
        => SetClass(Objects("{objectName: first, objectType: secret}", "{objectName: second, objectType: secret}"), parameters);

    public void Put(string first, string second)
    {
        Vault.PutSecret("first", first);
        Vault.PutSecret("second", second);
    }

    public void RevokeLogins() => Entra.RevokeAll();

    public void LetTry(string serviceAccount)
    {
        // The class names the identity, which has a federated credential for another service account only.
    }
}
