using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ActorCsi.Cluster.Issuance;
using ActorCsi.Fakes.Cluster;
using ActorCsi.Grains;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Issuance;
using ActorCsi.Kubernetes;
using ActorCsi.Kubernetes.Access;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>A node of a cluster with cert-manager and a signer: real HTTPS to an API server, real certificates, a clock that the test moves.</summary>
public abstract class IssuanceTest : ProviderTest
{
    protected const string PodsUser = "system:serviceaccount:default:web";

    private KubernetesClient _client = null!;

    protected FakeCluster Api { get; private set; } = null!;

    protected FakeIssuer Signers { get; private set; } = null!;

    protected CertificateRequester Requester { get; set; }

    /// <summary>The driver's name; other than the usual one where a test says so, before the first publish.</summary>
    protected string DriverName { get; set; } = "csi.actorcsi.io";

    protected StringMap InlineDefaults { get; set; } = StringMap.Empty;

    /// <summary>The ConfigMap that says who issues for <c>spiffe</c>. Said before the first publish.</summary>
    protected string? SpiffeIssuer { get; set; }

    /// <summary>The file of what pods of <c>spiffe</c> trust. Said before the first publish.</summary>
    protected string? SpiffeTrusted { get; set; }

    /// <summary>The volume's attributes; null for those that name <see cref="ProviderTest.ClassName"/>.</summary>
    protected Dictionary<string, string>? Attributes { get; set; }

    protected override string Audience => "";

    /// <summary>Chance, as jitter sees it.</summary>
    protected double Chance { get; set; } = 0.5;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Api = await FakeCluster.Start();
        // As an API server: the token must be signed, in time, and for it.
        Api.Reviews = token => Issuer.Verify(token, Time.GetUtcNow(), out _) is { } claims && claims["aud"]![0]!.GetValue<string>().Length == 0 ? claims["sub"]!.GetValue<string>() : null;
        Signers = new FakeIssuer(Api, Time);
        _client = new KubernetesClient(
            new ClusterAccess
            {
                Server = Api.Address,
                Source = "the test",
                Token = ActorCsi.Kubernetes.Access.TokenSource.Fixed(FakeCluster.DriverToken),
                Authorities = () => [X509Certificate2.CreateFromPem(Api.AuthorityPem)],
            },
            new KubernetesClientOptions { Repetitions = 1, FirstPause = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Signers.Dispose();
        _client.Dispose();
        await Api.DisposeAsync();
    }

    protected override ProviderOptions Options(ProviderOptions usual) => usual with { CertificatesRequestedBy = Requester, SpiffeIssuer = SpiffeIssuer, SpiffeTrusted = SpiffeTrusted };

    private protected override void Configure(ISiloBuilder silo)
    {
        if (IsDurable)
            silo.AddFileGrainStorage(CertificateRequests.StorageName, storage => (storage.Directory, storage.SerializerOptions) = (FilePath("requests"), CertificateRequests.RecordOptions(KeepsSecrets)));
        else
            silo.AddMemoryGrainStorage(CertificateRequests.StorageName);
        silo.Services
            .AddSingleton<IKubernetes>(_client)
            .AddCertificateRequests()
            .Configure<VolumeOptions>(volumes => (volumes.Chance, volumes.DriverName, volumes.InlineDefaults) = (() => Chance, DriverName, InlineDefaults))
            .Configure<ProviderLimits>(limits => limits.Timeout = TimeSpan.FromSeconds(30));
    }

    protected override VolumeSpec SpecOf(VolumeSpec usual) => Attributes is null ? usual : usual with { Attributes = new StringMap(Attributes) };

    /// <summary>A volume of cert-manager's driver with these attributes of its group. Unless a test says otherwise, its issuer is <c>ca</c> and its key is quick to make.</summary>
    protected void SetAttributes(params (string Name, string? Value)[] attributes)
    {
        var all = new Dictionary<string, string?> { ["csi.cert-manager.io/issuer-name"] = "ca", ["csi.cert-manager.io/key-algorithm"] = "ECDSA", ["csi.storage.k8s.io/ephemeral"] = "true", ["csi.storage.k8s.io/pod.name"] = "web-0" };
        foreach (var (name, value) in attributes)
            all[name.Contains('/') ? name : "csi.cert-manager.io/" + name] = value;
        Attributes = all.Where(one => one.Value is not null).ToDictionary(one => one.Key, one => one.Value!);
    }

    protected void SetClass(string provider, params (string Name, string? Value)[] parameters)
        => Classes.Set(ClassName, provider, [.. parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Name, one.Value!))]);

    /// <summary>The one request that there is.</summary>
    protected JsonObject Request => Assert.Single(Signers.Requests);

    /// <summary>The certificate that the pod sees, with its key: throws when they are no pair.</summary>
    protected X509Certificate2 Pair() => X509Certificate2.CreateFromPem(Files()["tls.crt"], Files()["tls.key"]);

    protected int Asked(string verb, string resource = "certificaterequests") => Api.Requests.Count(request => request.Verb == verb && request.Resource == resource);

    /// <summary>Completes when the driver has made a request and watches what becomes of it. A watch alone may be the last request's, which is on its way out.</summary>
    protected Task Watched(string resource = "certificaterequests")
        => Until(() => Api.Watches(resource) > 0 && Signers.Requests.Any(request => request["status"]?["certificate"] is null));

    /// <summary>A publish for which nothing is decided until its patience is over.</summary>
    protected async Task<VolumeException> WaitsInVain(string resource = "certificaterequests", PodIdentity? pod = null)
    {
        var publish = PublishFails(pod);
        await Watched(resource);
        Time.Advance(TimeSpan.FromSeconds(25));
        var fault = await publish;
        await Until(() => Api.Watches(resource) == 0);
        return fault;
    }
}
