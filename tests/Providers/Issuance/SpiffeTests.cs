using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ActorCsi.Fakes.Cluster;

namespace ActorCsi.Tests.Providers.Issuance;

/// <summary>Identities as csi-driver-spiffe gives them: its approver, which is strict, finds nothing to deny.</summary>
public sealed class SpiffeTests : IssuanceTest
{
    private static readonly string[] Usages = ["digital signature", "key encipherment", "server auth", "client auth"];

    public SpiffeTests()
    {
        DriverName = "spiffe.csi.cert-manager.io";
        InlineDefaults = new StringMap([new("issuerName", "spiffe-ca"), new("issuerKind", "ClusterIssuer"), new("trustDomain", "example.org")]);
        Attributes = new() { ["csi.storage.k8s.io/ephemeral"] = "true" };
    }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Signers.Denies = request => WhyNot(request, "example.org", "3600s");
    }

    [Fact]
    public async Task Publish_VolumeWithoutAttributes_HasThePodsIdentity()
    {
        await Publish();
        using var leaf = Pair();
        Assert.Contains("spiffe://example.org/ns/default/sa/web", leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().Format(false), StringComparison.Ordinal);
        Assert.Equal("""{"name":"spiffe-ca","kind":"ClusterIssuer","group":"cert-manager.io"}""", Request["spec"]!["issuerRef"]!.ToJsonString());
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", Files()["tls.key"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_AnnotationsOfTheDriver_AreInEachRequest()
    {
        InlineDefaults = new StringMap([.. InlineDefaults, new("example.com/team", "shop")]);
        await Publish();
        Assert.Equal("shop", Request["metadata"]!["annotations"]!["example.com/team"]!.GetValue<string>());
    }

    [Fact]
    public async Task Publish_Group_IsTheOneAttribute()
    {
        Attributes!["spiffe.csi.cert-manager.io/fs-group"] = "3000";
        await Publish();
        Assert.Equal(3000u, Kernel.Mounts.Values.Single().FsGroup);
    }

    [Fact]
    public async Task Publish_Class_SaysTheSameForAnyDriver()
    {
        (DriverName, Attributes, InlineDefaults) = ("csi.actorcsi.io", null, StringMap.Empty);
        SetClass("spiffe", ("issuerName", "spiffe-ca"), ("trustDomain", "example.org"), ("certificateFile", "svid.pem"), ("trustedCertificates", Signers.Root.ExportCertificatePem()));
        await Publish();
        Assert.Equal(["ca.crt", "svid.pem", "tls.key"], Files().Keys);
    }

    [Fact]
    public async Task Publish_IdentityOfAnother_IsDenied()
    {
        Requester = Grains.Providers.Issuance.CertificateRequester.Driver; // then the approver sees the driver, and not the pod
        var fault = await PublishFails(audiences: []);
        Assert.Equal(VolumeError.ProviderDenies, fault.Error);
        Assert.Contains("the identity is not the requester's", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trustDomain", "Example.org", "trustDomain is 'Example.org', expected lower-case letters")]
    [InlineData("dnsNames", "x", "parameters.dnsNames is unknown")]
    [InlineData("keyType", "rsa-2048", "parameters.keyType is unknown")]
    public async Task Publish_ParameterSpoiled_IsNamed(string parameter, string value, string expected)
    {
        Attributes = null;
        SetClass("spiffe", ("issuerName", "spiffe-ca"), (parameter, value));
        Assert.Contains(expected, (await PublishFails()).Message, StringComparison.Ordinal);
    }

    /// <summary>The rules of csi-driver-spiffe's approver.</summary>
    private static string? WhyNot(JsonObject request, string trustDomain, string duration)
    {
        var spec = request["spec"]!;
        var asked = FakeIssuer.SigningRequest(request);
        if (asked.SubjectName.RawData.Length != 2)
            return "there is a subject";
        if (asked.CertificateExtensions is not [X509SubjectAlternativeNameExtension { Critical: true } names])
            return "expected one extension, the alternative names, and critical";
        if (names.EnumerateDnsNames().Any() || names.EnumerateIPAddresses().Any())
            return "there are names beside the identity";
        using var key = asked.PublicKey.GetECDsaPublicKey();
        if (key?.ExportParameters(false).Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
            return "the key is not of P-256";
        if (spec["duration"]!.GetValue<string>() != duration || spec["isCA"] is not null)
            return "duration or isCA";
        if (!spec["usages"]!.AsArray().Select(usage => usage!.GetValue<string>()).SequenceEqual(Usages))
            return "usages";
        var user = spec["username"]!.GetValue<string>().Split(':');
        var identity = $"spiffe://{trustDomain}/ns/{user[2]}/sa/{user[3]}";
        return !names.Format(false).Contains(identity, StringComparison.Ordinal) || request["metadata"]!["annotations"]!["spiffe.csi.cert-manager.io/identity"]!.GetValue<string>() != identity
            ? "the identity is not the requester's" : null;
    }
}
