using ActorCsi.Tests.Providers.Gcp;

namespace ActorCsi.Tests.Providers.Stores;

/// <summary>Google: two secrets, by the pool of a GKE cluster.</summary>
internal sealed class GcpStore : GcpTest, IStore
{
    public string TokenAudience => Audience;

    public Place TokenService => new(Google.Front, request => request.Host.Host == "securetoken.googleapis.com", "https://securetoken.googleapis.com");

    public Place FirstObject => new(Google.Front, request => request.Path.Value!.Contains("/secrets/first/", StringComparison.Ordinal), "https://secretmanager.googleapis.com");

    public int Logins => Google.Exchanges;

    public int[] Reads => [Google.Asked("secretmanager", "/first/"), Google.Asked("secretmanager", "/second/")];

    public TimeSpan ClockSkew { set => Google.ClockSkew = value; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var secret in (string[])["first", "second"])
            Google.AllowOnly(secret, "serviceAccount:shop.svc.id.goog[default/web]");
        Put("one", "two");
    }

    public void SetClass(params (string Name, string? Value)[] parameters) => SetClass("""
        - {resourceName: projects/shop/secrets/first/versions/latest, path: first}
        - {resourceName: projects/shop/secrets/second/versions/latest, path: second}
        """, [.. parameters.Where(one => one.Value is not null).Select(one => (one.Name, one.Value!))]);

    public void Put(string first, string second)
    {
        Google.Put("first", first);
        Google.Put("second", second);
    }

    public void RevokeLogins() => Google.RevokeAll();

    public void LetTry(string serviceAccount)
    {
        // Google's pool lets all service accounts of the cluster log in; who may read is for the secret to say.
    }
}
