using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Aws;
using ActorCsi.Grains.Providers.Aws;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>
/// The servers of these tests, driven by the vendor's own clients; and what of ours can be compared with the vendor's: signatures, the names of endpoints, and JMESPath.
/// One run for all: installing the packages takes the most of it.
/// </summary>
public sealed class OfficialClientTests
{
    private static readonly string[] Packages =
    [
        "@aws-sdk/client-secrets-manager@3.1162.0", "@aws-sdk/client-ssm@3.1162.0", "@aws-sdk/client-sts@3.1162.0", "@smithy/signature-v4@5.7.5", "@aws-crypto/sha256-js@5.2.0",
        "@aws-sdk/credential-provider-http@3.972.86", "jmespath@0.16.0",
    ];

    private static readonly string[] Regions = ["eu-west-1", "us-east-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1", "eusc-de-east-1"];

    [NpmFact]
    public async Task Clients_DriveTheServers_AndAgreeWithOurs()
    {
        using var issuer = new TokenIssuer();
        var time = new VirtualTime();
        await using var aws = await AwsServer.Start(issuer, time);
        aws.Role("shop", role => role with { Trusted = ["system:serviceaccount:default:web"], LongestSession = TimeSpan.FromMinutes(20) })
            .Role("other", role => role with { Trusted = [AwsServer.RoleArn("shop")], ExternalId = "42" });
        aws.Associate("web", "shop");
        var pod = new PodIdentity("default", "web-0", "uid", "web");
        var expressions = JmesPathTests.Found.Select(row => (string)((object[])row)[0]).ToArray();

        var said = await OfficialClient.Run(Packages, "Aws/aws-clients.mjs",
            ("AWS_SERVER", aws.Front.Address.GetLeftPart(UriPartial.Authority)),
            ("TOKEN", issuer.Issue(pod, "sts.amazonaws.com", time.GetUtcNow())),
            ("OTHER_TOKEN", issuer.Issue(pod, "vault", time.GetUtcNow())),
            ("AGENT_PORT", aws.Agent.Address.Port.ToString(CultureInfo.InvariantCulture)),
            ("AGENT_TOKEN", issuer.Issue(pod, "pods.eks.amazonaws.com", time.GetUtcNow())),
            ("NOW", time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
            ("SIGN", JsonSerializer.Serialize(new { credentials = new { accessKeyId = "AKIDEXAMPLE", secretAccessKey = "secret/key+", sessionToken = "to/ken==" }, region = "eu-west-1", service = "ssm", date = time.GetUtcNow(), path = "/a%20b/", body = "{\"x\": \"é\"}", headers = Headers })),
            ("REGIONS", string.Join(' ', Regions)),
            ("JMES", JsonSerializer.Serialize(new { document = JsonDocument.Parse(JmesPathTests.Document).RootElement, expressions })));
        var findings = said.Select(line => line.Split('=', 2)).ToLookup(pair => pair[0].Split(' ')[0] is "at" or "jmes");

        Assert.Equal(
            [
                "audience=400 InvalidIdentityTokenException: Incorrect token audience",
                "untrusted=403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
                "nonsense=400 InvalidIdentityTokenException: Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
                "login=system:serviceaccount:default:web sts.amazonaws.com 1200",
                "me=arn:aws:sts::123456789012:assumed-role/shop/npm",
                "external-id=403 AccessDenied: User: arn:aws:sts::123456789012:assumed-role/shop/npm is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/other",
                "assumed=arn:aws:sts::123456789012:assumed-role/other/npm",
                "agent=true arn:aws:sts::123456789012:assumed-role/shop/eks-shop-web-0",
                "agent-audience=CredentialsProviderError",
                "secret=second AWSCURRENT true true",
                "previous=first",
                "binary=bytes",
                "described=AWSCURRENT",
                "batch=npm/db,npm/key npm/none ResourceNotFoundException",
                "missing=400 ResourceNotFoundException: Secrets Manager can't find the specified secret.",
                "deleted=400 InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.",
                "parameters=/npm/flag off 2,/npm/flag:1 on 1,/npm/flag:old on 1 /npm/none",
                "other-key=400 InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
                "no-token=400 UnrecognizedClientException: The security token included in the request is invalid.",
                "late=400 InvalidSignatureException: Signature expired: 20260101T115000Z is now earlier than 20260101T115500Z (20260101T120000Z - 5 min.)",
                $"signed={Signed(time)}",
            ],
            findings[false].Select(pair => string.Join('=', pair)));
        Assert.Equal(Addresses().Concat(JmesPathTests.Found.Select(row => $"jmes {((object[])row)[0]}={((object[])row)[1]}")), findings[true].Select(pair => string.Join('=', pair)));
    }

    private static Dictionary<string, string> Headers => new() { ["host"] = "ssm.eu-west-1.amazonaws.com", ["content-type"] = "application/x-amz-json-1.1", ["x-amz-target"] = "AmazonSSM.GetParameters" };

    private static string Signed(VirtualTime time)
    {
        var headers = Headers.Append(new("x-amz-date", SigV4.Date(time.GetUtcNow()))).Append(new("x-amz-security-token", "to/ken=="));
        return SigV4.Authorization("POST", "/a%20b/", headers, Encoding.UTF8.GetBytes("{\"x\": \"é\"}"), new AwsKey("AKIDEXAMPLE", Secret.FromText("secret/key+")), new AwsScope("eu-west-1", "ssm"));
    }

    private static IEnumerable<string> Addresses() =>
        from service in (string[])["sts", "secretsmanager", "ssm"]
        from region in Regions
        from fips in (string[])["false", "true"]
        from dualStack in (string[])["false", "true"]
        let environment = new Dictionary<string, string> { ["AWS_USE_FIPS_ENDPOINT"] = fips, ["AWS_USE_DUALSTACK_ENDPOINT"] = dualStack }
        select $"at {service} {region} {fips} {dualStack}={new AwsEndpoints(environment.GetValueOrDefault).Of(service, region).Address}";
}
