using System.Security.Cryptography.X509Certificates;
using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>Provider <c>kubernetes</c>: a CertificateSigningRequest for a signer of the cluster's, with the files and options of the other certificates.</summary>
public sealed class KubernetesTests : IssuanceTest
{
    private void SetClass(params (string Name, string? Value)[] parameters) => SetClass("kubernetes", [("signerName", FakeIssuer.Signer), .. parameters]);

    [Fact]
    public async Task Publish_Class_GivesWhatTheSignerSigned()
    {
        SetClass(("commonName", "${POD_NAME}"), ("organizations", "shop"), ("dnsNames", "${POD_NAME}.${POD_NAMESPACE}.svc"), ("duration", "30m"), ("trustedCertificates", Signers.Root.ExportCertificatePem()));
        await Publish();
        using var leaf = Pair();
        Assert.Equal("CN=web-0, O=shop", leaf.Subject);
        Assert.Equal(["web-0.default.svc"], leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.Equal(256, leaf.GetECDsaPublicKey()!.KeySize);
        Assert.Equal(Signers.Root.ExportCertificatePem(), Files()["ca.crt"]);
        Assert.Equal(Time.GetUtcNow().AddMinutes(30), (await Status()).ExpiresAt!.Value, TimeSpan.FromSeconds(2));
        Assert.Equal(new ObjectVersion("signer example.com/web", leaf.SerialNumber), Assert.Single((await Status()).Objects));
    }

    [Fact]
    public async Task Publish_Request_IsThePodsOwn()
    {
        SetClass(("keyUsages", "digital signature,client auth"), ("duration", "1h"));
        await Publish();
        Assert.Equal((PodsUser, FakeIssuer.Signer, 3600), (Request["spec"]!["username"]!.GetValue<string>(), Request["spec"]!["signerName"]!.GetValue<string>(), Request["spec"]!["expirationSeconds"]!.GetValue<int>()));
        Assert.Equal("""["digital signature","client auth"]""", Request["spec"]!["usages"]!.ToJsonString());
        Assert.Matches("^default-web-0-[0-9a-f]{12}$", Request["metadata"]!["name"]!.GetValue<string>());
        Assert.Null(Request["metadata"]!["ownerReferences"]); // an object of the cluster cannot be a pod's
        Assert.Equal(["tls.crt", "tls.key"], Files().Keys); // nobody says what to trust
    }

    [Fact]
    public async Task Publish_EveryParameter_MeansWhatItMeansElsewhere()
    {
        SetClass(
            ("literalSubject", "CN=${POD_NAME},OU=web,O=shop"), ("dnsNames", "a.example.com"), ("ipSans", "10.0.0.1"), ("uriSans", "urn:${POD_UID}"), ("duration", "2h"),
            ("keyUsages", "digital signature,key encipherment,server auth"), ("keyAlgorithm", "RSA"), ("keySize", "2048"), ("keyEncoding", "PKCS1"), ("renewBefore", "20m"), ("fsGroup", "2000"),
            ("certificateFile", "web/tls.pem"), ("privateKeyFile", "web/key.pem"), ("caFile", "roots.pem"), ("mode", "0444"), ("privateKeyMode", "0440"),
            ("pkcs12", "true"), ("pkcs12Filename", "web.p12"), ("pkcs12Profile", "LegacyDES"), ("trustedCertificates", Signers.Root.ExportCertificatePem()));
        await Publish(secrets: ("pkcs12Password", "pass"));

        Assert.Equal(["roots.pem", "web.p12", "web/key.pem", "web/tls.pem"], Files().Keys);
        Assert.Equal(["444", "440", "440", "444"], Modes().Values.Select(mode => Convert.ToString(mode, 8)));
        Assert.Equal(2000u, Kernel.Mounts.Values.Single().FsGroup);
        using var leaf = X509Certificate2.CreateFromPem(Files()["web/tls.pem"], Files()["web/key.pem"]);
        Assert.StartsWith("-----BEGIN RSA PRIVATE KEY-----", Files()["web/key.pem"], StringComparison.Ordinal);
        Assert.Equal("CN=web-0, OU=web, O=shop", leaf.Subject);
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(("a.example.com", "10.0.0.1"), (names.EnumerateDnsNames().Single(), names.EnumerateIPAddresses().Single().ToString()));
        Assert.Contains("urn:uid-of-web-0", names.Format(false), StringComparison.Ordinal);
        Assert.Equal(Time.GetUtcNow().AddMinutes(99), (await Status()).RefreshAt!.Value, TimeSpan.FromSeconds(2)); // a minute of jitter
    }

    [Fact]
    public async Task Renewal_KeyIsReused_WhereTheClassWantsIt()
    {
        SetClass(("reusePrivateKey", "true"));
        await Publish();
        var before = Files();
        await Refresh();
        Assert.NotEqual(before["tls.crt"], Files()["tls.crt"]);
        Assert.Equal(before["tls.key"], Files()["tls.key"]);
        SetClass(("reusePrivateKey", "true"), ("keyType", "ecdsa-p384"));
        await Refresh();
        using var leaf = Pair(); // another kind of key cannot be the same key
        Assert.Equal(384, leaf.GetECDsaPublicKey()!.KeySize);
    }

    [Fact]
    public async Task Publish_NobodySigns_SaysWhatItWaitsFor()
    {
        SetClass("kubernetes", ("signerName", "example.com/nobody"));
        await WaitsInVain("certificatesigningrequests");
        var fault = await WaitsInVain("certificatesigningrequests"); // which sees the approval at its first look
        Assert.Equal(VolumeError.ProviderPending, fault.Error);
        Assert.Contains("is approved and waits for signer example.com/nobody: does that signer run?", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, VolumeError.ProviderDenies, "was denied (Policy: no)")]
    [InlineData(false, VolumeError.ProviderFailed, "has failed (SignerFailed: no)")]
    public async Task Publish_DeniedOrFailed_SaysWhy(bool isDenied, VolumeError error, string expected)
    {
        SetClass();
        Signers.Decides = false;
        var publish = PublishFails();
        await Watched("certificatesigningrequests");
        if (isDenied)
            Signers.Deny(Request, "no");
        else
            Signers.Fail(Request, "no");
        var fault = await publish;
        Assert.Equal(error, fault.Error);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewal_OldRequests_AreLeftToTheCluster()
    {
        SetClass();
        await Publish();
        await Refresh();
        Assert.Equal((2, 0), (Signers.Requests.Count, Asked("delete", "certificatesigningrequests")));
    }

    public static TheoryData<string, string?, string> Spoiled => new()
    {
        { "signerName", null, "parameters.signerName is missing, expected a signer such as example.com/web" },
        { "signerName", "web", "parameters.signerName is 'web', expected a domain and a path" },
        { "duration", "5m", "parameters.duration is '5m', expected 600s or longer" },
        { "keyUsages", "all", "parameters.keyUsages has 'all'" },
        { "trustedCertificates", "x", "parameters.trustedCertificates holds no certificate that can be read" },
        { "issuerName", "ca", "parameters.issuerName is unknown, expected signerName" },
        { "dns-names", "x", "parameters.dns-names is unknown" },
        { "mode", "999", "parameters.mode is '999'" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task Publish_OneParameterSpoiled_NamesIt(string parameter, string? value, string expected)
    {
        SetClass("kubernetes", [.. new (string Name, string? Value)[] { ("signerName", FakeIssuer.Signer) }.Where(one => one.Name != parameter), (parameter, value)]);
        Assert.Contains(expected, (await PublishFails()).Message, StringComparison.Ordinal);
    }
}
