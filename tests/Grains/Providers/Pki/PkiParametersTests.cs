using ActorCsi.Grains.Providers.Pki;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Providers.Pki;

/// <summary>What a class may ask the authority for; what makes no sense is refused by name.</summary>
public sealed class PkiParametersTests
{
    private static PkiParameters Read(params (string Name, string Value)[] parameters) => PkiParameters.Read(Requests.Class("pki", parameters));

    private static string Fault(params (string Name, string Value)[] parameters)
    {
        var fault = Assert.Throws<VolumeException>(() => Read(parameters));
        Assert.Equal(VolumeError.Invalid, fault.Error);
        return fault.Message;
    }

    [Fact]
    public void Read_Nothing_GivesTheDefaults()
    {
        var read = Read();

        Assert.Equal("cluster.local", read.TrustDomain);
        Assert.Equal(TimeSpan.FromHours(1), read.Duration);
        Assert.Equal("ecdsa-p256", read.KeyType.Name);
        Assert.Equal(("tls.crt", "tls.key", "ca.crt"), (read.Files.CertificateFile, read.Files.PrivateKeyFile, read.Files.CaFile));
        Assert.Equal(("644", "644"), (Convert.ToString(read.Files.Mode, 8), Convert.ToString(read.Files.PrivateKeyMode, 8)));
        Assert.Empty(read.DnsNames);
        Assert.Null(read.Files.Pkcs12);
        Assert.False(read.Files.Pkcs1);
    }

    public static TheoryData<string, string, string> Spoiled => new()
    {
        { "durration", "1h", "parameters.durration is unknown, expected trustDomain, duration" },
        { "duration", "1d", "parameters.duration is '1d', expected 1s or longer, such as 90s, 15m or 1h30m" },
        { "duration", "999ms", "parameters.duration is '999ms', expected 1s or longer" },
        { "duration", "0", "parameters.duration is '0'" },
        { "duration", "-1h", "parameters.duration is '-1h'" },
        { "duration", "", "parameters.duration is ''" },
        { "trustDomain", "Example.org", "parameters.trustDomain is 'Example.org', expected lower-case letters" },
        { "trustDomain", "spiffe://example.org", "parameters.trustDomain is 'spiffe://example.org'" },
        { "trustDomain", "", "parameters.trustDomain is ''" },
        { "trustDomain", "a\n", "parameters.trustDomain is 'a '" },
        { "keyType", "ecdsa", "parameters.keyType is 'ecdsa', expected ecdsa-p256, ecdsa-p384, ecdsa-p521, rsa-2048, rsa-3072, rsa-4096" },
        { "keyType", "rsa-1024", "parameters.keyType is 'rsa-1024'" },
        { "keyAlgorithm", "DSA", "parameters.keyAlgorithm is 'DSA', expected RSA or ECDSA" },
        { "renewBefore", "x", "parameters.renewBefore is 'x'" },
        { "fsGroup", "-1", "parameters.fsGroup is '-1', expected a group id" },
        { "keyEncoding", "PKCS1", "parameters.keyEncoding is PKCS1, which is for RSA keys only" },
        { "keyEncoding", "DER", "parameters.keyEncoding is 'DER', expected PKCS8 or PKCS1" },
        { "dnsNames", "[a", "parameters.dnsNames cannot be read" },
        { "dnsNames", "- a: b", "parameters.dnsNames cannot be read" },
        { "dnsNames", "[1]", "parameters.dnsNames cannot be read" },
        { "dnsNames", "${POD_IP}.svc", "parameters.dnsNames has the unknown variable '${POD_IP}', expected ${POD_NAME}, ${POD_NAMESPACE}, ${POD_UID}, ${SERVICE_ACCOUNT_NAME}" },
        { "dnsNames", "$POD_NAMES.svc", "parameters.dnsNames has the unknown variable '$POD_NAMES'" },
        { "dnsNames", "${POD_NAME.svc", "parameters.dnsNames has the unknown variable '$'" },
        { "certificateFile", "/tls.crt", "parameters.certificateFile is absolute" },
        { "privateKeyFile", "tls.crt", "parameters.privateKeyFile is 'tls.crt', as another file of the class is" },
        { "caFile", "", "parameters.caFile is empty" },
        { "mode", "0888", "parameters.mode is '0888', expected permission bits from 0000 to 0777" },
        { "mode", "420", "" },
        { "privateKeyMode", "1777", "parameters.privateKeyMode is '1777'" },
        { "pkcs12", "yes", "parameters.pkcs12 is 'yes', expected \"true\" or \"false\"" },
        { "pkcs12Filename", "p12", "parameters.pkcs12Filename is given without pkcs12: \"true\"" },
        { "pkcs12Profile", "LegacyDES", "parameters.pkcs12Profile is given without pkcs12" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Read_OneParameterSpoiled_NamesItAndWhatWasExpected(string name, string value, string expected)
    {
        if (expected.Length == 0)
            Read((name, value));
        else
            Assert.StartsWith($"SecretProviderClass shop/class: {expected}", Fault((name, value)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralFaults_TellsThemAll()
        => Assert.Equal(4, Fault(("duration", "x"), ("keyType", "x"), ("mode", "x"), ("x", "x")).Split(';').Length);

    [Fact]
    public void Read_PasswordInTheWrongPlace_IsNotQuoted()
        => Assert.DoesNotContain("hunter2", Fault(("pkcs12Password", "hunter2"), ("pkcs12", "false")), StringComparison.Ordinal);

    [Fact]
    public void Print_Parameters_ShowNoPassword()
        => Assert.DoesNotContain("hunter2", Read(("pkcs12", "true"), ("pkcs12Password", "hunter2")).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Read_AnyText_IsReadOrRefused()
    {
        string[] names = ["trustDomain", "duration", "dnsNames", "keyType", "certificateFile", "mode", "pkcs12", "pkcs12Filename", "pkcs12Profile"];
        string[] bits = ["", "1", "h", "s", ".", "${", "}", "POD_NAME", "- ", "[", "]", ",", "\n", "\u0000", "é", "*", "/", "..", "0644", "true", "rsa-2048", ":", "\"", "&a", "*a"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
            Gen.Elements(names).ToArbitrary(), Gen.Elements(bits).ListOf().Select(string.Concat).ToArbitrary(), (name, value) =>
            {
                try
                {
                    return Read((name, value)).Duration >= TimeSpan.FromSeconds(1);
                }
                catch (VolumeException fault)
                {
                    return fault.Error is VolumeError.Invalid && fault.Message.Contains("parameters.", StringComparison.Ordinal);
                }
            }));
    }
}
