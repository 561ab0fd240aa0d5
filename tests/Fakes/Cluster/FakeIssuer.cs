using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ActorCsi.Fakes.Cluster;

/// <summary>
/// cert-manager and a signer of certificates.k8s.io, as the API shows them: the webhook that notes who asks and refuses what is malformed, an approver, and an issuer
/// that signs with a real key, below a root. It decides at once unless it is told to wait; then the test decides.
/// </summary>
/// <remarks>
/// <code>
/// using var issuer = new FakeIssuer(cluster, time) { Issues = false };
/// …
/// issuer.Issue(issuer.Requests.Single());
/// </code>
/// </remarks>
public sealed partial class FakeIssuer : IDisposable
{
    /// <summary>The signer of Kubernetes' requests that there is.</summary>
    public const string Signer = "example.com/web";

    private static readonly string[] Usages =
    [
        "signing", "digital signature", "content commitment", "key encipherment", "key agreement", "data encipherment", "cert sign", "crl sign", "server auth", "client auth", "code signing",
    ];

    private readonly FakeCluster _cluster;
    private readonly TimeProvider _time;
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly X509Certificate2 _lower;

    /// <summary>An issuer that sees to the requests of <paramref name="cluster"/>.</summary>
    public FakeIssuer(FakeCluster cluster, TimeProvider time)
    {
        (_cluster, _time) = (cluster, time);
        Root = Authority("root", _rootKey, new X500DistinguishedName("CN=root"), _rootKey);
        _lower = Authority("lower", _key, Root.SubjectName, _rootKey);
        cluster.Admits += Admit;
        cluster.Made += See;
    }

    /// <summary>The root of what is issued.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>Why a request is denied; null when it is approved.</summary>
    public Func<JsonObject, string?> Denies { get; set; } = _ => null;

    /// <summary>Whether requests are approved or denied at once.</summary>
    public bool Decides { get; set; } = true;

    /// <summary>Whether what is approved is issued at once.</summary>
    public bool Issues { get; set; } = true;

    /// <summary>Whether the issuer says what to trust.</summary>
    public bool TellsAuthority { get; set; } = true;

    /// <summary>How far certificates are dated back.</summary>
    public TimeSpan Backdated { get; set; }

    /// <summary>How long certificates live, whatever was asked for; null for as long as was asked for.</summary>
    public TimeSpan? Life { get; set; }

    /// <summary>Whether certificates are issued for another key than the one that asks.</summary>
    public bool MistakesKeys { get; set; }

    /// <summary>Whether certificates are issued for other names than those that are asked for.</summary>
    public bool MistakesNames { get; set; }

    /// <summary>All requests in the cluster.</summary>
    public IReadOnlyList<JsonObject> Requests => [.. _cluster.All("certificaterequests"), .. _cluster.All("certificatesigningrequests")];

    /// <summary>The PKCS#10 request in one of them.</summary>
    public static CertificateRequest SigningRequest(JsonObject request)
        => CertificateRequest.LoadSigningRequestPem(Encoding.ASCII.GetString(Convert.FromBase64String(request["spec"]!["request"]!.GetValue<string>())), HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);

    /// <summary>Approves.</summary>
    public void Approve(JsonObject request) => Say(request, "Approved", "True", "Policy", "all names are the pod's own");

    /// <summary>Denies.</summary>
    public void Deny(JsonObject request, string message) => Say(request, "Denied", "True", "Policy", message);

    /// <summary>Says what it waits for.</summary>
    public void Pend(JsonObject request, string message) => Say(request, "Ready", "False", "Pending", message);

    /// <summary>Gives up on it.</summary>
    public void Fail(JsonObject request, string message)
    {
        if (IsCertManagers(request))
            Say(request, "Ready", "False", "Failed", message);
        else
            Say(request, "Failed", "True", "SignerFailed", message);
    }

    /// <summary>Issues.</summary>
    public void Issue(JsonObject request)
    {
        var pem = Base64(Sign(request) + _lower.ExportCertificatePem() + "\n");
        _cluster.Change(request, item =>
        {
            var status = StatusOf(item);
            status["certificate"] = pem;
            if (IsCertManagers(item) && TellsAuthority)
                status["ca"] = Base64(Root.ExportCertificatePem() + "\n");
        });
        if (IsCertManagers(request))
            Say(request, "Ready", "True", "Issued", "Certificate fetched from issuer successfully");
    }

    /// <summary>Writes something else for a certificate.</summary>
    public void Issue(JsonObject request, string pem)
    {
        _cluster.Change(request, item => StatusOf(item)["certificate"] = Base64(pem));
        Say(request, "Ready", "True", "Issued", "Certificate fetched from issuer successfully");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cluster.Admits -= Admit;
        _cluster.Made -= See;
        Root.Dispose();
        _lower.Dispose();
        _rootKey.Dispose();
        _key.Dispose();
    }

    private static bool IsCertManagers(JsonObject item) => item["kind"]!.GetValue<string>() == "CertificateRequest";

    private static bool IsRequest(JsonObject item) => item["kind"]?.GetValue<string>() is "CertificateRequest" or "CertificateSigningRequest";

    /// <summary>As cert-manager's webhook, and the API server for its own kind.</summary>
    private static void Admit(ApiRequest request, JsonObject item)
    {
        if (request.Resource is not ("certificaterequests" or "certificatesigningrequests"))
            return;
        var spec = item["spec"]?.AsObject() ?? throw Invalid("spec", "Required value");
        try
        {
            SigningRequest(item);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException or NullReferenceException)
        {
            throw Invalid("spec.request", "error decoding certificate request PEM block");
        }
        foreach (var usage in spec["usages"]?.AsArray() ?? [])
            if (!Usages.Contains(usage!.GetValue<string>()))
                throw Invalid("spec.usages", $"Unsupported value: \"{usage}\"");
        if (request.Resource == "certificaterequests")
        {
            if (spec["issuerRef"]?["name"]?.GetValue<string>() is null or "")
                throw Invalid("spec.issuerRef.name", "must be specified");
            if (spec["duration"] is { } duration && !GoDuration().IsMatch(duration.GetValue<string>()))
                throw Invalid("spec.duration", "invalid duration");
        }
        else
        {
            if (spec["signerName"]?.GetValue<string>().Split('/') is not [{ Length: > 0 }, { Length: > 0 }, ..])
                throw Invalid("spec.signerName", "should be a fully qualified domain and path of the form 'example.com/signer-name'");
            if (spec["expirationSeconds"]?.GetValue<int>() < 600)
                throw Invalid("spec.expirationSeconds", "may not specify a duration less than 600 seconds (10 minutes)");
            if (spec["usages"] is not JsonArray { Count: > 0 })
                throw Invalid("spec.usages", "usages must be specified");
        }
        spec["username"] = request.User;
    }

    private static ApiRefusal Invalid(string field, string what) => new(422, "Invalid", $"{field}: {what}") { Causes = [("FieldValueInvalid", what, field)] };

    private void See(JsonObject item)
    {
        if (!IsRequest(item) || !Decides)
            return;
        if (Denies(item) is { } denial)
            Deny(item, denial);
        else
        {
            Approve(item);
            if (Issues && (IsCertManagers(item) || item["spec"]!["signerName"]!.GetValue<string>() == Signer))
                Issue(item);
        }
    }

    private string Sign(JsonObject request)
    {
        var asked = SigningRequest(request);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = MistakesKeys ? new CertificateRequest(asked.SubjectName, other, HashAlgorithmName.SHA256) : new CertificateRequest(asked.SubjectName, asked.PublicKey, HashAlgorithmName.SHA384);
        foreach (var extension in asked.CertificateExtensions)
            leaf.CertificateExtensions.Add(MistakesNames && extension is X509SubjectAlternativeNameExtension ? OtherNames() : extension);
        leaf.CertificateExtensions.Add(new X509BasicConstraintsExtension(request["spec"]!["isCA"]?.GetValue<bool>() ?? false, false, 0, true));
        var usages = request["spec"]!["usages"]?.AsArray().Select(usage => usage!.GetValue<string>()).ToHashSet() ?? [];
        OidCollection extended = [.. new[] { ("server auth", "1.3.6.1.5.5.7.3.1"), ("client auth", "1.3.6.1.5.5.7.3.2") }.Where(known => usages.Contains(known.Item1)).Select(known => new Oid(known.Item2))];
        if (extended.Count > 0)
            leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(extended, false));
        var now = _time.GetUtcNow();
        return leaf.Create(_lower.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), now - Backdated, now + (Life ?? LifeOf(request)), RandomNumberGenerator.GetBytes(16)).ExportCertificatePem() + "\n";
    }

    private static X509Extension OtherNames()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("somebody.example.com");
        names.AddUri(new Uri("spiffe://cluster.local/ns/other/sa/other"));
        return names.Build();
    }

    private static TimeSpan LifeOf(JsonObject request)
    {
        if (request["spec"]!["expirationSeconds"]?.GetValue<int>() is { } seconds)
            return TimeSpan.FromSeconds(seconds);
        if (request["spec"]!["duration"]?.GetValue<string>() is not { } text)
            return TimeSpan.FromHours(1);
        var match = GoDuration().Match(text);
        double Of(string unit) => match.Groups[unit] is { Success: true } group ? double.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
        return TimeSpan.FromHours(Of("h")) + TimeSpan.FromMinutes(Of("m")) + TimeSpan.FromSeconds(Of("s"));
    }

    private void Say(JsonObject request, string type, string status, string reason, string message) => _cluster.Change(request, item =>
    {
        var all = StatusOf(item)["conditions"] as JsonArray ?? [];
        var conditions = new JsonArray([.. all.Where(condition => condition!["type"]!.GetValue<string>() != type).Select(condition => condition!.DeepClone())])
        {
            new JsonObject { ["type"] = type, ["status"] = status, ["reason"] = reason, ["message"] = message, ["lastTransitionTime"] = "2026-01-01T12:00:00Z" },
        };
        StatusOf(item)["conditions"] = conditions;
    });

    private static JsonObject StatusOf(JsonObject item) => (JsonObject)(item["status"] ??= new JsonObject());

    private static X509Certificate2 Authority(string name, ECDsa key, X500DistinguishedName issuer, ECDsa issuerKey)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.Create(issuer, X509SignatureGenerator.CreateForECDsa(issuerKey), new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2035, 1, 1, 0, 0, 0, TimeSpan.Zero), RandomNumberGenerator.GetBytes(8));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    [GeneratedRegex(@"^((?<h>[0-9.]+)h)?((?<m>[0-9.]+)m)?((?<s>[0-9.]+)s)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex GoDuration();
}
