using System.Security.Cryptography.X509Certificates;
using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>Volumes that were written for cert-manager's driver work unchanged: each attribute means what it means there.</summary>
public sealed class CertManagerVolumeTests : IssuanceTest
{
    [Fact]
    public async Task Publish_OnlyAnIssuer_GivesAPairAndWhatToTrust()
    {
        SetAttributes(("key-algorithm", null));
        await Publish();
        Assert.Equal(["ca.crt", "tls.crt", "tls.key"], Files().Keys);
        using var leaf = Pair();
        Assert.Equal(2048, leaf.GetRSAPublicKey()!.KeySize);
        Assert.StartsWith("-----BEGIN RSA PRIVATE KEY-----", Files()["tls.key"], StringComparison.Ordinal);
        Assert.Equal(Signers.Root.ExportCertificatePem() + "\n", Files()["ca.crt"]);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(Files()["tls.crt"]);
        Assert.Equal(["", "CN=lower"], chain.Select(certificate => certificate.Subject));
        var status = await Status();
        Assert.Equal(("", "cert-manager", new ObjectVersion("Issuer ca", leaf.SerialNumber)), (status.ClassName, status.Provider, Assert.Single(status.Objects)));
    }

    [Fact]
    public async Task Publish_Request_IsWhatCertManagersDriverWouldHaveMade()
    {
        SetAttributes(("example.com/ticket", "42"), ("unknown", "is passed over"));
        await Publish();
        Assert.Equal("""{"name":"ca","kind":"Issuer","group":"cert-manager.io"}""", Request["spec"]!["issuerRef"]!.ToJsonString());
        Assert.Equal("7776000s", Request["spec"]!["duration"]!.GetValue<string>()); // 90 days
        Assert.Null(Request["spec"]!["isCA"]);
        Assert.Equal("""["digital signature","key encipherment"]""", Request["spec"]!["usages"]!.ToJsonString());
        Assert.Equal("""{"example.com/ticket":"42"}""", Request["metadata"]!["annotations"]!.ToJsonString());
        Assert.Equal("""[{"apiVersion":"v1","kind":"Pod","name":"web-0","uid":"uid-of-web-0"}]""", Request["metadata"]!["ownerReferences"]!.ToJsonString());
        Assert.Equal("default", Request["metadata"]!["namespace"]!.GetValue<string>());
        Assert.Matches("^web-0-[0-9a-f]{12}$", Request["metadata"]!["name"]!.GetValue<string>());
        Assert.Empty(FakeIssuer.SigningRequest(Request).CertificateExtensions);
    }

    [Fact]
    public async Task Publish_AsThePod_OnlyTheCreateIsThePods()
    {
        SetAttributes();
        await Publish();
        Assert.Equal(PodsUser, Request["spec"]!["username"]!.GetValue<string>());
        Assert.Equal(["create"], Api.Requests.Where(request => request.User == PodsUser).Select(request => request.Verb));
        Assert.Equal(["watch"], Api.Requests.Where(request => request.User == FakeCluster.Driver).Select(request => request.Verb));
        Assert.Empty(Egress.Origins); // the token went to the API server, and nowhere else
    }

    [Fact]
    public async Task Publish_AsTheDriver_NeedsNoToken()
    {
        Requester = Grains.Providers.Issuance.CertificateRequester.Driver;
        SetAttributes();
        await Publish(audiences: []);
        Assert.Equal(FakeCluster.Driver, Request["spec"]!["username"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("issuer-kind", "ClusterIssuer", """{"name":"ca","kind":"ClusterIssuer","group":"cert-manager.io"}""")]
    [InlineData("issuer-group", "awspca.cert-manager.io", """{"name":"ca","kind":"Issuer","group":"awspca.cert-manager.io"}""")]
    [InlineData("issuer-name", "other", """{"name":"other","kind":"Issuer","group":"cert-manager.io"}""")]
    [InlineData("issuer-kind", "", """{"name":"ca","kind":"Issuer","group":"cert-manager.io"}""")] // empty is as good as none
    public async Task Publish_Issuer_IsTheOneThatIsNamed(string attribute, string value, string expected)
    {
        SetAttributes((attribute, value));
        await Publish();
        Assert.Equal(expected, Request["spec"]!["issuerRef"]!.ToJsonString());
    }

    [Theory]
    [InlineData("duration", "1h30m", "duration", "\"5400s\"")]
    [InlineData("is-ca", "true", "isCA", "true")]
    [InlineData("key-usages", "server auth, client auth,signing", "usages", """["server auth","client auth","signing"]""")]
    public async Task Publish_WhatTheCertificateIsFor_IsAskedFor(string attribute, string value, string field, string expected)
    {
        SetAttributes((attribute, value));
        await Publish();
        Assert.Equal(expected, Request["spec"]![field]!.ToJsonString());
    }

    [Theory]
    [InlineData("common-name", "${SERVICE_ACCOUNT_NAME}.${POD_NAMESPACE}.svc", "CN=web.default.svc")]
    [InlineData("organizations", "\"Example, Inc.\",${POD_NAMESPACE}", "O=default + O=\"Example, Inc.\"")]
    [InlineData("organizationalunits", "shop", "OU=shop")]
    [InlineData("countries", "DE", "C=DE")]
    [InlineData("provinces", "Bayern", "S=Bayern")]
    [InlineData("localities", "München", "L=München")]
    [InlineData("streetaddresses", "Weg 1", "STREET=Weg 1")]
    [InlineData("postalcodes", "80331", "PostalCode=80331")]
    [InlineData("serialnumber", "42", "SERIALNUMBER=42")]
    [InlineData("literal-subject", "CN=${POD_NAME},OU=a\\,b+UID=7,DC=example,DC=org", "DC=org, DC=example, OU=\"a,b\" + userId=7, CN=web-0")]
    public async Task Publish_Subject_IsAsTheAttributesSay(string attribute, string value, string expected)
    {
        SetAttributes((attribute, value));
        await Publish();
        Assert.Equal(expected, FakeIssuer.SigningRequest(Request).SubjectName.Decode(X500DistinguishedNameFlags.None));
    }

    [Fact]
    public async Task Publish_SeveralSubjectFields_StandInTheOrderOfGos()
    {
        SetAttributes(("common-name", "x"), ("organizations", "o"), ("countries", "DE"), ("serialnumber", "1"), ("localities", "l"));
        await Publish();
        Assert.Equal("C=DE, O=o, L=l, CN=x, SERIALNUMBER=1", FakeIssuer.SigningRequest(Request).SubjectName.Decode(X500DistinguishedNameFlags.None));
    }

    [Fact]
    public async Task Publish_AlternativeNames_AreExpandedAndComplete()
    {
        SetAttributes(("dns-names", "${POD_NAME}.${POD_NAMESPACE}.svc, my-service.example.com"), ("ip-sans", "10.0.0.1,fd00::1"), ("uri-sans", "spiffe://cluster.local/ns/$POD_NAMESPACE/pod/${POD_UID}"));
        await Publish();
        using var leaf = Pair();
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.True(names.Critical); // there is no subject
        Assert.Equal(["web-0.default.svc", "my-service.example.com"], names.EnumerateDnsNames());
        Assert.Equal(["10.0.0.1", "fd00::1"], names.EnumerateIPAddresses().Select(address => address.ToString()));
        Assert.Contains("spiffe://cluster.local/ns/default/pod/uid-of-web-0", names.Format(false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RSA", "3072", null, 3072, "RSA PRIVATE KEY")]
    [InlineData("rsa", null, "PKCS8", 2048, "PRIVATE KEY")]
    [InlineData("ECDSA", null, null, 256, "PRIVATE KEY")]
    [InlineData("ECDSA", "521", "PKCS8", 521, "PRIVATE KEY")]
    public async Task Publish_Key_IsOfTheKindSizeAndEncoding(string algorithm, string? size, string? encoding, int bits, string label)
    {
        SetAttributes(("key-algorithm", algorithm), ("key-size", size), ("key-encoding", encoding));
        await Publish();
        using var leaf = Pair();
        Assert.Equal(bits, leaf.GetRSAPublicKey()?.KeySize ?? leaf.GetECDsaPublicKey()!.KeySize);
        Assert.StartsWith($"-----BEGIN {label}-----", Files()["tls.key"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_FileNamesAndGroup_AreTheVolumesOwn()
    {
        SetAttributes(("certificate-file", "web.crt"), ("privatekey-file", "web.key"), ("ca-file", "roots"), ("fs-group", "2000"));
        await Publish();
        Assert.Equal(["roots", "web.crt", "web.key"], Files().Keys);
        Assert.Equal(2000u, Kernel.Mounts.Values.Single().FsGroup);
        Assert.All(Kernel.Mounts.Values.Single().Modes.Values, mode => Assert.Equal("440", Convert.ToString(mode, 8)));
    }

    [Fact]
    public async Task Publish_Pkcs12_IsThereToo()
    {
        SetAttributes(("pkcs12-enable", "true"), ("pkcs12-filename", "web.p12"), ("pkcs12-password", "päss"));
        await Publish();
        Assert.Equal(["ca.crt", "tls.crt", "tls.key", "web.p12"], Files().Keys); // what is in it is tested with the pki provider: the files are the same
        Assert.DoesNotContain(Lines.All, line => line.Contains("päss", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publish_Pkcs12NotEnabled_MayBeDescribedAllTheSame()
    {
        SetAttributes(("pkcs12-enable", "false"), ("pkcs12-filename", "web.p12"), ("pkcs12-password", "x"));
        await Publish();
        Assert.Equal(["ca.crt", "tls.crt", "tls.key"], Files().Keys);
    }

    [Fact]
    public async Task Publish_IssuerThatTellsNoAuthority_LeavesAnEmptyFile()
    {
        Signers.TellsAuthority = false;
        SetAttributes();
        await Publish();
        Assert.Equal("", Files()["ca.crt"]);
    }

    public static TheoryData<string, string?, string> Spoiled => new()
    {
        { "issuer-name", null, "volumeAttributes.csi.cert-manager.io/issuer-name is missing" },
        { "is-ca", "yes", "volumeAttributes.csi.cert-manager.io/is-ca is 'yes', expected \"true\" or \"false\"" },
        { "duration", "1d", "volumeAttributes.csi.cert-manager.io/duration is '1d', expected 1s or longer" },
        { "renew-before", "x", "volumeAttributes.csi.cert-manager.io/renew-before is 'x'" },
        { "reuse-private-key", "1", "volumeAttributes.csi.cert-manager.io/reuse-private-key is '1'" },
        { "key-usages", "server", "volumeAttributes.csi.cert-manager.io/key-usages has 'server', expected some of signing, digital signature" },
        { "key-algorithm", "DSA", "volumeAttributes.csi.cert-manager.io/key-algorithm is 'DSA', expected RSA or ECDSA" },
        { "key-algorithm", "Ed25519", "volumeAttributes.csi.cert-manager.io/key-algorithm is Ed25519, which the platform" },
        { "key-size", "1024", "volumeAttributes.csi.cert-manager.io/key-size is '1024', expected 256, 384 or 521 for ECDSA" },
        { "key-encoding", "DER", "volumeAttributes.csi.cert-manager.io/key-encoding is 'DER', expected PKCS8 or PKCS1" },
        { "dns-names", "${POD_IP}", "volumeAttributes.csi.cert-manager.io/dns-names has the unknown variable '${POD_IP}'" },
        { "common-name", "$X", "volumeAttributes.csi.cert-manager.io/common-name has the unknown variable '$X'" },
        { "ip-sans", "10.0.0", "" },
        { "ip-sans", "10.0.0.x", "volumeAttributes.csi.cert-manager.io/ip-sans has '10.0.0.x', expected IP addresses" },
        { "literal-subject", "CN", "volumeAttributes.csi.cert-manager.io/literal-subject cannot be read: 'CN' has no '='" },
        { "certificate-file", "../x", "volumeAttributes.csi.cert-manager.io/certificate-file " },
        { "ca-file", "tls.crt", "volumeAttributes.csi.cert-manager.io/ca-file is 'tls.crt', as another file" },
        { "fs-group", "0", "volumeAttributes.csi.cert-manager.io/fs-group is '0', expected a group id from 1" },
        { "pkcs12-filename", "x", "volumeAttributes.csi.cert-manager.io/pkcs12-filename is given without csi.cert-manager.io/pkcs12: \"true\"" },
        { "pkcs12-enable", "true", "the volume: pkcs12 needs a password" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public async Task Publish_OneAttributeSpoiled_NamesItAndWhatWasExpected(string attribute, string? value, string expected)
    {
        SetAttributes((attribute, value));
        if (expected.Length == 0)
        {
            await Publish();
            return;
        }
        var fault = await PublishFails();
        Assert.Equal(VolumeError.Invalid, fault.Error);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task Publish_UriThatIsNone_IsRefusedWithThePodsValues()
    {
        SetAttributes(("uri-sans", "${POD_NAME}"));
        Assert.Contains("uri-sans gives 'web-0' for pod default/web-0, expected a URI with a scheme", (await PublishFails()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_NeitherClassNorAttributes_SaysWhatIsMissing()
    {
        Attributes = new() { ["csi.storage.k8s.io/ephemeral"] = "true" };
        Assert.Contains("volumeAttributes.secretProviderClass is not set", (await PublishFails()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_DriverOfThatName_MissesTheIssuerAndNotAClass()
    {
        DriverName = "csi.cert-manager.io";
        Attributes = new() { ["csi.storage.k8s.io/ephemeral"] = "true" };
        Assert.Contains("csi.cert-manager.io/issuer-name is missing", (await PublishFails()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_Defaults_CountWhereAttributesSayNothing()
    {
        InlineDefaults = new StringMap([new("issuerName", "default-ca"), new("issuerKind", "ClusterIssuer"), new("keyType", "ecdsa-p256")]);
        SetAttributes(("key-algorithm", null), ("issuer-name", null), ("issuer-kind", "VaultIssuer"));
        await Publish();
        Assert.Equal("""{"name":"default-ca","kind":"VaultIssuer","group":"cert-manager.io"}""", Request["spec"]!["issuerRef"]!.ToJsonString());
    }

    [Theory]
    [InlineData("issuerName", "dnsNames")]
    [InlineData("issuer-name", "dns-names")]
    [InlineData("csi.cert-manager.io/issuer-name", "csi.cert-manager.io/dns-names")]
    public async Task Publish_Class_TakesTheAttributesInAnySpelling(string issuer, string names)
    {
        SetClass("cert-manager", (issuer, "ca"), (names, "a.example.com"), ("keyType", "ecdsa-p384"), ("mode", "0444"));
        await Publish();
        using var leaf = Pair();
        Assert.Equal(["a.example.com"], leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.Equal(384, leaf.GetECDsaPublicKey()!.KeySize);
    }

    [Theory]
    [InlineData("issuer-names", "x", "parameters.issuer-names is unknown, expected issuerName, issuerKind")]
    [InlineData("issuer-name", "x", "parameters.issuerName is given twice, as issuer-name too")]
    [InlineData("keyAlgorithm", "RSA", "parameters.keyAlgorithm is given beside keyType")]
    public async Task Publish_ClassWithAFault_NamesIt(string parameter, string value, string expected)
    {
        SetClass("cert-manager", ("issuerName", "ca"), ("keyType", "ecdsa-p256"), (parameter, value));
        Assert.Contains(expected, (await PublishFails()).Message, StringComparison.Ordinal);
    }
}
