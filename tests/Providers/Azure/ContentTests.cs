using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using ActorCsi.Fakes.Stores;

namespace ActorCsi.Tests.Providers.Azure;

/// <summary>Files are what the plugin makes of a vault's answers: names, modes, bytes, and versions in status.</summary>
public sealed class ContentTests : AzureTest
{
    /// <summary>
    /// The certificate in RC2 of 40 bits, the key in 3DES, as Windows long wrote and vaults have of old: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=shop;
    /// openssl pkcs12 -export -legacy -passout pass:
    /// </summary>
    internal const string OldPfx = """
        MIIDegIBAzCCA0AGCSqGSIb3DQEHAaCCAzEEggMtMIIDKTCCAh8GCSqGSIb3DQEHBqCCAhAwggIMAgEAMIICBQYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYwDgQI0Cjmc6/80/YCAggA
        gIIB2KFRIWjAySMl44g65fKHqd+L0sgtW3UkK226s2parVQ4cUMHzHCDmKMQIYDj23X+HQ9NNX1nkW4KDOtmgRIE0+ufcR/hIm21oOyQw16Nx1WuM54u7vue2N8LJrdL+eLeg7pTw1Rm
        bpXowzlJ10kfP5gmuLRTDFopC/X6VZb6cURsE3RJR17trKHRNIRS7pPFJo4lQ2ewedcy647pW+kZl8XBZ2Z8Sp9T5ywGato95mDleqNEJQ08SwTsDxgL4iTKtbEHdzz81e0qKtmOWLCN
        JviSbGp5rZNFJ9PjleyrtD9mg+KnGQZLYRGUY9a8nfuZfzvKPbw7ifluHeN7x71E3QKUNjcyxFD0z/oDrNSxALaFDVrxFf+IRGvtAWa5R7P1TczgMmHF9cspjs2h8uKxEQcAF3KLMGZo
        eLgGpAywdmCksS0RRwTNurA82OA9RQRFoNIuZm5R6i6ENYulCYIfihCzIvehxDj1WtnqqZ7JE5zwQ1gtq4uUK9qRUs8lqaTzaNkABti6bEGQro4dPSx7fNVTZp/Sfu2yJcbX6dDqAtCp
        p0kfWfyBKPwVIlL65GCL/J6Z/D4rS45dIjtSl3OSYPBYMnD9OxLRpmE04gbcoF1yOFAPCI0k4v0wggECBgkqhkiG9w0BBwGggfQEgfEwge4wgesGCyqGSIb3DQEMCgECoIG0MIGxMBwG
        CiqGSIb3DQEMAQMwDgQIXoY672WeYu4CAggABIGQFtQJBXQNuPt9L9dem4hzDNRnnxAIzX7ZlWw9aR9aTbWajMnfrC4FRDvuidRfLYPIgCou9jjq2+Kpidkwgmb7wYIu/aC1EHBZjk4N
        wR9k+Bp6QGsNqa0m7DQ5qmJ1mdIUH5ym/Ck4kHUmP8FGH3UM0jQ8DDfi7OHqX8g6NWQGNxpe3UJUSs70o29fjB0NmGkTMSUwIwYJKoZIhvcNAQkVMRYEFMBqKlSqRvnkUCamrtA0tzYI
        JhtKMDEwITAJBgUrDgMCGgUABBRZKpCASLGPFW6kumHhgG3mpoGmuAQI0MgXZOhjIjwCAggA
        """;

    private readonly TestAuthority _shop = new("Shop CA");

    [Fact]
    public async Task Publish_ClassAsItIsDocumented_GivesItsFiles()
    {
        using var key = RSA.Create(2048);
        var versions = (Vault.PutSecret("api-key", "k1"), Vault.PutKey("signing", key));
        SetClass("""
            array:
              - |
                objectName: api-key
                objectType: secret        # secret, key or cert
                objectAlias: API_KEY
                objectVersion: ""
                filePermission: 0440
              - |
                objectName: signing
                objectAlias: ""
                objectType: key
                objectVersion: ""
            """, ("usePodIdentity", "false"), ("cloudName", ""));
        await Publish();
        Assert.Equal(["API_KEY", "signing"], Files().Keys);
        Assert.Equal("k1", Files()["API_KEY"]);
        Assert.Equal(key.ExportSubjectPublicKeyInfoPem() + "\n", Files()["signing"]);
        Assert.Equal([new ObjectVersion("secret/api-key", versions.Item1), new ObjectVersion("key/signing", versions.Item2)], (await Status()).Objects.ToArray());
    }

    [Theory]
    [InlineData("docs/PROVIDERS.md", new[] { "db-password", "session-key/0", "session-key/1", "session-key/2", "tls.pem" })]
    [InlineData("deploy/examples/azure.yaml", new[] { "db-password", "tls.pem" })]
    public async Task Publish_ClassOfOurOwnDocuments_Works(string document, string[] files)
    {
        Vault.PutSecret("db-password", "s3cret");
        var (leaf, pfx, _) = Chain();
        Vault.PutCertificate("site", leaf, pfx);
        for (var i = 0; i < 4; i++)
            Vault.PutSecret("session-key", $"key {i}");
        ApiServer.Annotations["web"] = new() { ["azure.workload.identity/client-id"] = Client, ["azure.workload.identity/tenant-id"] = Tenant };
        await SetClassOf(document, "azure");
        await Publish();
        Assert.Equal(files, Files().Keys);
    }

    [Theory]
    [InlineData("", "0644")]
    [InlineData("filePermission: 0400", "0400")]
    [InlineData("filePermission: \"0755\"", "0755")]
    [InlineData("filePermission: 440", "0440")] // the text counts, not the number
    public async Task Publish_FilePermission_IsOctal(string field, string mode)
    {
        SetClass($"array:\n  - |\n    objectName: password\n    objectType: secret\n    {field}\n");
        await Publish();
        Assert.Equal(Convert.ToInt32(mode, 8), Modes()["password"]);
    }

    [Fact]
    public async Task Publish_EntriesWithoutTextAround_AreTakenToo()
    {
        SetClass("array:\n- {objectName: password, objectType: secret, objectAlias: db/password}\n");
        await Publish();
        Assert.Equal("s3cret", Files()["db/password"]);
    }

    [Theory]
    [InlineData("base64", "AAECYQ==")]
    [InlineData("Base64", "AAECYQ==")]
    [InlineData("hex", "00010261")]
    [InlineData("HEX", "00010261")]
    [InlineData("utf-8", "\0\u0001\u0002a")]
    public async Task Publish_Encoding_IsDecoded(string encoding, string value)
    {
        Vault.PutSecret("value", value);
        SetClass(Objects($"{{objectName: value, objectType: secret, objectEncoding: {encoding}}}"));
        await Publish();
        Assert.Equal("\0\u0001\u0002a", Files()["value"]);
    }

    [Theory]
    [InlineData("base64")]
    [InlineData("hex")]
    public async Task Publish_WrongEncoding_IsTold(string encoding)
    {
        SetClass(Objects($"{{objectName: password, objectType: secret, objectEncoding: {encoding}}}"));
        var failure = await PublishFails();
        Assert.Equal((VolumeError.Invalid, $"secret/password is not in {encoding}, as objectEncoding says"), (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Publish_SecretWhoseEndHasCome_IsGivenAsThePluginDoes()
    {
        var version = Vault.PutSecret("old", "still", expiresAt: Time.GetUtcNow() - TimeSpan.FromDays(1));
        SetClass(Objects("{objectName: old, objectType: secret}", "{objectName: old, objectType: secret, objectAlias: all, objectVersionHistory: 2}"));
        await Publish();
        Assert.Equal(("still", "still"), (Files()["old"], Files()["all/0"]));
        Assert.Equal([new ObjectVersion("secret/old", version), new ObjectVersion("secret/old/0", version)], (await Status()).Objects.ToArray());
    }

    [Fact]
    public async Task Publish_NamedVersion_IsThatOne()
    {
        var first = Vault.PutSecret("pinned", "one");
        Vault.PutSecret("pinned", "two");
        SetClass(Objects($"{{objectName: pinned, objectType: secret, objectVersion: {first}}}", "{objectName: pinned, objectType: secret, objectVersion: latest, objectAlias: newest}"));
        await Publish();
        Assert.Equal(("one", "two"), (Files()["pinned"], Files()["newest"]));
    }

    [Fact]
    public async Task Publish_OneSecretInThreeFiles_IsReadOnce()
    {
        Vault.PutSecret("blob", "AAEC");
        SetClass(Objects("{objectName: blob, objectType: secret}", "{objectName: blob, objectAlias: b, objectType: secret, objectEncoding: base64}", "{objectName: blob, objectAlias: c, objectType: secret, filePermission: 0400}"));
        await Publish();
        Assert.Equal(("AAEC", "\0\u0001\u0002", "AAEC"), (Files()["blob"], Files()["b"], Files()["c"]));
        Assert.Equal(1, Vault.Asked("/secrets/blob/"));
        Assert.Single((await Status()).Objects.ToArray());
    }

    [Fact]
    public async Task Publish_ManyObjects_AreAllThere()
    {
        for (var i = 0; i < 20; i++)
            Vault.PutSecret($"s{i}", $"value {i}");
        SetClass(Objects([.. Enumerable.Range(0, 20).Select(i => $"{{objectName: s{i}, objectType: secret}}")]));
        await Publish();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"value {i}"), Enumerable.Range(0, 20).Select(i => Files()[$"s{i}"]));
    }

    [Theory]
    [InlineData("RSA", false)]
    [InlineData("RSA", true)]
    [InlineData("P-256", false)]
    [InlineData("P-256", true)]
    [InlineData("P-384", false)]
    [InlineData("P-521", false)]
    public async Task Publish_Key_IsItsPublicHalf(string type, bool isInHardware)
    {
        using AsymmetricAlgorithm key = type == "RSA" ? RSA.Create(2048) : ECDsa.Create(ECCurve.CreateFromFriendlyName("nist" + type.Replace("-", "", StringComparison.Ordinal)));
        Vault.PutKey("signing", key, isInHardware);
        SetClass(Objects("{objectName: signing, objectType: key}"));
        await Publish();
        Assert.Equal(key.ExportSubjectPublicKeyInfoPem() + "\n", Files()["signing"]);
    }

    [Fact]
    public async Task Publish_KeyWhoseNumbersAreShort_IsTheSameKey()
    {
        ECParameters parameters;
        do
            parameters = ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportParameters(false);
        while (parameters.Q.X![0] != 0);
        var webKey = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = System.Buffers.Text.Base64Url.EncodeToString(parameters.Q.X.AsSpan().TrimStart((byte)0)),
            ["y"] = System.Buffers.Text.Base64Url.EncodeToString(parameters.Q.Y),
        };
        Vault.PutKey("signing", webKey);
        SetClass(Objects("{objectName: signing, objectType: key}"));
        await Publish();
        using var key = ECDsa.Create(parameters);
        Assert.Equal(key.ExportSubjectPublicKeyInfoPem() + "\n", Files()["signing"]);
    }

    [Theory]
    [InlineData("""{"kty": "oct-HSM"}""", VolumeError.Invalid, "key/signing is of a type that has no file")]
    [InlineData("""{"kty": "EC", "crv": "P-256K", "x": "AA", "y": "AA"}""", VolumeError.Invalid, "key/signing is of a type that has no file")]
    [InlineData("""{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}""", VolumeError.ProviderFailed, "expected a key whose numbers are right")]
    [InlineData("""{"kty": "RSA", "e": "AQAB"}""", VolumeError.ProviderFailed, "expected a key whose numbers are right")]
    public async Task Publish_KeyThatHasNoFile_IsTold(string webKey, VolumeError error, string part)
    {
        Vault.PutKey("signing", JsonNode.Parse(webKey)!.AsObject());
        SetClass(Objects("{objectName: signing, objectType: key}"));
        var failure = await PublishFails();
        Assert.Equal(error, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_Certificate_IsTheLeafAlone()
    {
        var (leaf, pfx, _) = Chain();
        var version = Vault.PutCertificate("tls", leaf, pfx);
        SetClass(Objects("{objectName: tls, objectType: cert}", "{objectName: tls, objectType: key, objectAlias: tls.pub}"));
        await Publish();
        Assert.Equal(leaf.ExportCertificatePem() + "\n", Files()["tls"]);
        Assert.Equal(leaf.GetRSAPublicKey()!.ExportSubjectPublicKeyInfoPem() + "\n", Files()["tls.pub"]);
        Assert.Equal([new ObjectVersion("cert/tls", version), new ObjectVersion("key/tls", version)], (await Status()).Objects.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publish_CertificateInPkcs12_IsKeyThenChainFromTheLeaf(bool isRsa)
    {
        var (leaf, pfx, ordered) = Chain(isRsa);
        Vault.PutCertificate("tls", leaf, pfx);
        SetClass(Objects("{objectName: tls, objectType: secret}"));
        await Publish();
        var pem = Files()["tls"];
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", pem, StringComparison.Ordinal);
        Assert.EndsWith(string.Concat(ordered.Select(one => one.ExportCertificatePem() + "\n")), pem, StringComparison.Ordinal);
        using var both = X509Certificate2.CreateFromPem(pem, pem);
        Assert.True(both.HasPrivateKey);
    }

    [OldCiphersFact]
    public async Task Publish_CertificateInWindowsOldCiphers_IsRead()
    {
        using var leaf = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(OldPfx), "");
        Vault.PutCertificate("tls", leaf, OldPfx);
        SetClass(Objects("{objectName: tls, objectType: secret}"));
        await Publish();
        using var both = X509Certificate2.CreateFromPem(Files()["tls"], Files()["tls"]);
        Assert.Equal((leaf.Thumbprint, true), (both.Thumbprint, both.HasPrivateKey));
    }

    [Fact]
    public async Task Publish_ChainThatIsNotWhole_StaysInItsOrder()
    {
        var (leaf, _, ordered) = Chain();
        Vault.PutCertificate("tls", leaf, Pfx([ordered[2], ordered[0]]));
        SetClass(Objects("{objectName: tls, objectType: secret}"));
        await Publish();
        var found = new X509Certificate2Collection();
        found.ImportFromPem(Files()["tls"]);
        Assert.Equal([ordered[2].Subject, ordered[0].Subject], found.Select(one => one.Subject));
    }

    [Fact]
    public async Task Publish_ChainIsNotToBeConstructed_StaysInItsOrder()
    {
        var (leaf, pfx, ordered) = Chain();
        Vault.PutCertificate("tls", leaf, pfx);
        SetClass(Objects("{objectName: tls, objectType: secret}"), ("constructPEMChain", "false"));
        await Publish();
        var found = new X509Certificate2Collection();
        found.ImportFromPem(Files()["tls"]);
        Assert.Equal([ordered[2].Subject, ordered[1].Subject, ordered[0].Subject], found.Select(one => one.Subject));
    }

    [Fact]
    public async Task Publish_CertificateInPem_IsAsItIs()
    {
        var (leaf, _, _) = Chain();
        var pem = $"Bag Attributes\n{leaf.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n{leaf.ExportCertificatePem()}";
        Vault.PutCertificate("tls", leaf, pem, "application/x-pem-file");
        SetClass(Objects("{objectName: tls, objectType: secret}"));
        await Publish();
        Assert.Equal(pem, Files()["tls"]);
    }

    [Theory]
    [InlineData("pfx", "")]
    [InlineData("PFX", "base64")]
    public async Task Publish_CertificateToStayPkcs12_IsInBase64OrBinary(string format, string encoding)
    {
        var (leaf, pfx, _) = Chain();
        Vault.PutCertificate("tls", leaf, pfx);
        SetClass(Objects($"{{objectName: tls, objectType: secret, objectFormat: {format}, objectEncoding: '{encoding}'}}"));
        await Publish();
        Assert.Equal(encoding.Length == 0 ? pfx : Encoding.UTF8.GetString(Convert.FromBase64String(pfx)), Files()["tls"]);
    }

    [Theory]
    [InlineData("application/x-pkcs12", "pem")]
    [InlineData("application/x-pem-file", "pfx")]
    public async Task Publish_PemToBeDecoded_IsRefused(string type, string format)
    {
        var (leaf, pfx, _) = Chain();
        Vault.PutCertificate("tls", leaf, pfx, type);
        SetClass(Objects($"{{objectName: tls, objectType: secret, objectFormat: {format}, objectEncoding: base64}}"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("secret/tls is a certificate whose file is PEM", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_CertificateOfAnotherType_MakesNoSense()
    {
        var (leaf, _, _) = Chain();
        Vault.PutCertificate("tls", leaf, "x", "application/x-jks");
        SetClass(Objects("{objectName: tls, objectType: secret}"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains("and not 'application/x-jks'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no base64!")]
    [InlineData("AAEC")]
    public async Task Publish_Pkcs12ThatIsNone_MakesNoSense(string value)
    {
        var (leaf, _, _) = Chain();
        Vault.PutCertificate("tls", leaf, value);
        SetClass(Objects("{objectName: tls, objectType: secret}"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains("expected a certificate in PKCS#12 without a password", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Publish_SeparateFiles_AreBesideTheOneWithBoth(bool byVariable)
    {
        var (leaf, pfx, ordered) = Chain();
        Vault.PutCertificate("tls", leaf, pfx);
        Variables["AZURE_WRITE_CERT_AND_KEY_IN_SEPARATE_FILES"] = byVariable ? "true" : "false";
        SetClass(Objects("{objectName: tls, objectType: secret}", "{objectName: tls, objectType: secret, objectAlias: bag, objectFormat: pfx}"), ("writeCertAndKeyInSeparateFiles", byVariable ? null : "true"));
        await Publish();
        Assert.Equal(["bag", "tls", "tls.crt", "tls.key"], Files().Keys);
        Assert.Equal(string.Concat(ordered.Select(one => one.ExportCertificatePem() + "\n")), Files()["tls.crt"]);
        Assert.Equal(Files()["tls"], Files()["tls.key"] + Files()["tls.crt"]);
    }

    [Fact]
    public async Task Publish_SeparateFilesThatMeetAnother_AreRefused()
    {
        var (leaf, pfx, _) = Chain();
        Vault.PutCertificate("tls", leaf, pfx);
        SetClass(Objects("{objectName: tls, objectType: secret}", "{objectName: tls, objectType: cert, objectAlias: tls.crt}"), ("writeCertAndKeyInSeparateFiles", "true"));
        var failure = await PublishFails();
        Assert.Equal((VolumeError.Invalid, "two objects of the class make a file 'tls.crt': give one of them another objectAlias"), (failure.Error, failure.Message));
    }

    [Fact]
    public async Task Refresh_Rotated_IsNewContentWithItsVersion()
    {
        SetClass(Password);
        await Publish();
        var next = Vault.PutSecret("password", "n3w");
        await Refresh();
        Assert.Equal("n3w", Files()["password"]);
        Assert.Equal([new ObjectVersion("secret/password", next)], (await Status()).Objects.ToArray());
    }

    /// <summary>A leaf of an intermediate authority of a root; a PFX that has them the wrong way round; and all three in the right order.</summary>
    private (X509Certificate2 Leaf, string Pfx, X509Certificate2[] Ordered) Chain(bool isRsa = true)
    {
        var root = _shop.Certificate;
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middle = Sign(new CertificateRequest("CN=Shop issuing CA", middleKey, HashAlgorithmName.SHA256), root, isAuthority: true).CopyWithPrivateKey(middleKey);
        using AsymmetricAlgorithm key = isRsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var leaf = key is RSA rsa
            ? Sign(new CertificateRequest("CN=shop", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), middle, isAuthority: false).CopyWithPrivateKey(rsa)
            : Sign(new CertificateRequest("CN=shop", (ECDsa)key, HashAlgorithmName.SHA256), middle, isAuthority: false).CopyWithPrivateKey((ECDsa)key);
        return (leaf, Pfx([root, middle, leaf]), [leaf, middle, root]);
    }

    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 issuer, bool isAuthority)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        using var key = issuer.GetECDsaPrivateKey()!;
        return request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
    }

    /// <summary>As the service gives it: no password, the key with the leaf.</summary>
    private static string Pfx(X509Certificate2[] certificates)
    {
        var bag = new X509Certificate2Collection(certificates.Select(one => one.Subject == "CN=shop" ? one : X509CertificateLoader.LoadCertificate(one.RawData)).ToArray());
        return Convert.ToBase64String(bag.Export(X509ContentType.Pkcs12, "")!);
    }
}

/// <summary>A test that needs ciphers which OpenSSL keeps in a module of its own. Skipped where it is not there, but not in CI.</summary>
public sealed class OldCiphersFactAttribute : FactAttribute
{
    public OldCiphersFactAttribute()
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(ContentTests.OldPfx), "");
        }
        catch (CryptographicException) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "needs OpenSSL's module legacy.so (Debian: apt-get install openssl-provider-legacy)";
        }
    }
}
