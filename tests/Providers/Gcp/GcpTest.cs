using ActorCsi.Fakes.Stores.Gcp;

namespace ActorCsi.Tests.Providers.Gcp;

/// <summary>A node of a GKE cluster in the project <c>shop</c>, and Google.</summary>
public abstract class GcpTest : ProviderTest
{
    /// <summary>A pool that somebody made for a cluster elsewhere.</summary>
    protected const string Pool = "//iam.googleapis.com/projects/1001/locations/global/workloadIdentityPools/clusters/providers/prod";

    protected GcpServer Google { get; private set; } = null!;

    protected override string Audience => "shop.svc.id.goog";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Proxy = NowhereForPlainHttp;
        Google = await GcpServer.Start(Issuer, Time, Authority.Server([.. GcpServer.Hosts]));
        foreach (var (host, place) in Google.ConnectTo)
            ConnectTo[host] = place;
        Google.Cluster();
        Google.Put("db", """{"user": "bob", "password": "s3cret-pässword", "port": 5432, "hosts": ["a", "b"], "tls": {"a/b": "key"}}""");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Google.DisposeAsync();
    }

    /// <summary>A class with those secrets, and other parameters where the test says so.</summary>
    protected void SetClass(string secrets, params (string Name, string Value)[] others)
        => Classes.Set(ClassName, "gcp", [new("secrets", secrets), .. others.Select(other => KeyValuePair.Create(other.Name, other.Value))]);

    /// <summary>Annotates a service account of the namespace <c>default</c>.</summary>
    protected void Annotate(string serviceAccount, params (string Name, string Value)[] annotations)
        => ApiServer.Annotations[serviceAccount] = annotations.ToDictionary(one => one.Name, one => one.Value);
}
