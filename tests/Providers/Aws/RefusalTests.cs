using ActorCsi.Fakes.Stores;
using ActorCsi.Fakes.Stores.Aws;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>Whatever AWS refuses is told in its words, with what usually mends it, and without what was sent.</summary>
public sealed class RefusalTests : AwsTest
{
    [Theory]
    [InlineData("- {objectName: none, objectType: secretsmanager}", VolumeError.NotFound, "secret none in eu-west-1 for default/web as arn:aws:iam::123456789012:role/shop: HTTP 400: ResourceNotFoundException: Secrets Manager can't find the specified secret.")]
    [InlineData("- {objectName: user, objectType: secretsmanager, objectVersionLabel: NONE}", VolumeError.NotFound, "can't find the specified secret value for staging label: NONE")]
    [InlineData("- {objectName: gone, objectType: secretsmanager}", VolumeError.NotFound, "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.")]
    [InlineData("- {objectName: denied, objectType: secretsmanager}", VolumeError.ProviderDenies, "is not authorized to perform: secretsmanager:GetSecretValue on resource: denied")]
    [InlineData("- {objectName: /none, objectType: ssmparameter}", VolumeError.NotFound, "parameter /none in eu-west-1 for default/web as arn:aws:iam::123456789012:role/shop: ParameterNotFound: there is no /none")]
    [InlineData("- {objectName: /flag, objectType: ssmparameter, objectVersion: 7}", VolumeError.NotFound, "there is no /flag:7")]
    [InlineData("- {objectName: /denied, objectType: ssmparameter}", VolumeError.ProviderDenies, "is not authorized to perform: ssm:GetParameters on resource: /denied")]
    [InlineData("- {objectName: user, objectType: secretsmanager, jmesPath: [{path: a, objectAlias: a}]}", VolumeError.Invalid, "secret user is no JSON, which jmesPath needs")]
    [InlineData("- {objectName: json, objectType: secretsmanager, jmesPath: [{path: none, objectAlias: a}]}", VolumeError.NotFound, "jmesPath 'none' finds nothing in secret json, it has 'user', 'port'")]
    [InlineData("- {objectName: json, objectType: secretsmanager, jmesPath: [{path: abs(user), objectAlias: a}]}", VolumeError.Invalid, "jmesPath 'abs(user)' cannot be evaluated in secret json: argument 1 of abs() is not what it takes: expected a number")]
    [InlineData("- {objectName: list, objectType: secretsmanager, allKeys: true}", VolumeError.Invalid, "secret list has no keys")]
    [InlineData("- {objectName: dots, objectType: secretsmanager, allKeys: true}", VolumeError.Invalid, "secret dots has a key '../x' that can be no file name")]
    public async Task Publish_ReadRefused_SaysWhyAndWhatMendsIt(string objects, VolumeError error, string part)
    {
        foreach (var (name, text) in ((string, string)[])[("gone", "x"), ("denied", "x"), ("json", """{"user": "b0b", "port": 1}"""), ("list", "[1]"), ("dots", """{"../x": "y"}""")])
            Aws.Put(Region, name, text);
        Aws.Delete(Region, "gone");
        Aws.PutParameter(Region, "/flag", "on");
        Aws.Role("shop", role => role with { Resources = ["none", "user", "gone", "json", "list", "dots", "/none", "/flag"] });
        SetClass(objects);
        var failure = await PublishFails();
        Assert.Equal(error, failure.Error);
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("b0b", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Kernel.Mounts);
    }

    [Fact]
    public async Task Publish_KeyThatMeetsAnotherObject_IsRefused()
    {
        Aws.Put(Region, "json", """{"user": "b0b"}""");
        SetClass("- {objectName: json, objectType: secretsmanager, allKeys: true}\n- {objectName: user, objectType: secretsmanager, objectAlias: json/user}", ("pathTranslation", "False"));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("two objects of the class make a file 'json/user': give one of them another objectAlias", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_OneOfABatchIsRefused_NamesIt_AndNothingIsWritten()
    {
        Aws.Put(Region, "denied", "x");
        Aws.Role("shop", role => role with { Resources = ["user"] });
        SetClass(User + "\n- {objectName: denied, objectType: secretsmanager}");
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.Contains("secret denied in eu-west-1", failure.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (Aws.Asked("BatchGetSecretValue"), Aws.Asked("GetSecretValue")));
        Assert.Empty(Kernel.Mounts);
    }

    [Fact]
    public async Task Publish_RoleDoesNotTrustTheAccount_SaysWhatItsPolicyMustAllow()
    {
        Bind("other", "shop");
        SetClass(User);
        var failure = await PublishFails(Pod("other-0", "other"));
        Assert.Equal(VolumeError.ProviderDenies, failure.Error);
        Assert.Contains("AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity (the trust policy of arn:aws:iam::123456789012:role/shop must allow sts:AssumeRoleWithWebIdentity to system:serviceaccount:default:other)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "has no annotation eks.amazonaws.com/role-arn")]
    [InlineData("shop", "has 'shop' for eks.amazonaws.com/role-arn")]
    public async Task Publish_AccountHasNoRole_SaysWhatIsMissing(string? annotation, string part)
    {
        ApiServer.Annotations["web"] = annotation is null ? [] : new() { ["eks.amazonaws.com/role-arn"] = annotation };
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("service account default/web " + part, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Aws.Front.Requests);
    }

    [Fact]
    public async Task Publish_NoApiServer_SaysThatTheClassCanNameRoleAndRegion()
    {
        ApiServer.Failure = new VolumeException(VolumeError.ClusterUnavailable, "nobody can be asked");
        SetClass(User);
        Assert.Contains("nobody can be asked; parameters.roleArn can name the role instead", (await PublishFails()).Message, StringComparison.Ordinal);
        SetClass("no-region", User, ("region", null));
        Assert.Contains("the class names no region, and nobody can be asked", (await PublishFails(className: "no-region")).Message, StringComparison.Ordinal);
        SetClass("named", User, ("roleArn", AwsServer.RoleArn("shop")));
        await Publish(className: "named");
        Assert.Equal("bob", Files(className: "named")["user"]);
    }

    [Fact]
    public async Task Publish_NodeHasNoRegion_SaysSo()
    {
        SetClass(User, ("region", null));
        var failure = await PublishFails();
        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains("the node has no label topology.kubernetes.io/region: name the region in parameters.region", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_TokenOfAnotherIssuer_IsRefused()
    {
        using var other = new TokenIssuer();
        await using var aws = await AwsServer.Start(other, Time, Authority.Server(AwsServer.Names(Region)));
        aws.Role("shop");
        foreach (var name in AwsServer.Names(Region))
            ConnectTo[$"{name}:443"] = aws.Front.Address.Authority;
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(VolumeError.TokenRefused, failure.Error);
        Assert.Contains("(IAM must have an OIDC provider for the issuer of this cluster's tokens)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_NoTokenForTheAudience_SaysWhatToAdd()
    {
        SetClass(User);
        var failure = await PublishFails(audiences: ["vault"]);
        Assert.Equal(VolumeError.TokenMissing, failure.Error);
        Assert.Contains("{audience: \"sts.amazonaws.com\"}", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Aws.Front.Requests);
    }

    [Theory]
    [InlineData("ThrottlingException", 400, VolumeError.ProviderThrottles)]
    [InlineData("InternalServiceError", 500, VolumeError.ProviderUnavailable)]
    [InlineData("ServiceUnavailable", 503, VolumeError.ProviderUnavailable)]
    [InlineData("DecryptionFailure", 400, VolumeError.ProviderDenies)]
    [InlineData("SomethingNew", 400, VolumeError.ProviderFailed)]
    [InlineData("com.amazonaws.secretsmanager#ThrottlingException:http://internal.amazon.com/", 400, VolumeError.ProviderThrottles)]
    [InlineData("", 429, VolumeError.ProviderThrottles)]
    [InlineData("", 404, VolumeError.NotFound)]
    [InlineData("", 307, VolumeError.ProviderFailed)]
    public async Task Refresh_AwsFails_KeepsTheFiles(string code, int status, VolumeError error)
    {
        SetClass(User);
        await Publish();
        Aws.Front.Break(AwsServer.Is(""), AwsServer.Fails(code, "it is so", status, retryAfter: 60), times: 100);
        var failure = await Assert.ThrowsAsync<VolumeException>(() => Refresh());
        Assert.Equal(error, failure.Error);
        Assert.Contains("it is so", failure.Message, StringComparison.Ordinal);
        Assert.Equal((VolumeState.Stale, "bob"), ((await Status()).State, Files()["user"]));
    }

    [Theory]
    [InlineData("InvalidIdentityToken", 400, VolumeError.TokenRefused, "it is so (IAM must have an OIDC provider for the issuer of this cluster's tokens)")]
    [InlineData("InvalidIdentityToken", 400, VolumeError.TokenRefused, "Incorrect token audience (the OIDC provider in IAM must have sts.amazonaws.com among its audiences)")]
    [InlineData("ExpiredTokenException", 400, VolumeError.TokenRefused, "it is so (kubelet brings a new token with its next publish; if this stays, compare the clocks of the node and the API server)")]
    [InlineData("IDPRejectedClaim", 403, VolumeError.ProviderDenies, "it is so")]
    [InlineData("IDPCommunicationError", 400, VolumeError.ProviderUnavailable, "it is so (STS could not read the keys of the cluster's issuer)")]
    [InlineData("RegionDisabledException", 403, VolumeError.ProviderDenies, "it is so (STS is not active in this region for the account)")]
    [InlineData("ValidationError", 400, VolumeError.Invalid, "it is so")]
    [InlineData("Throttling", 400, VolumeError.ProviderThrottles, "it is so")]
    public async Task Publish_StsFails_IsTheFailureThatItsCodeStandsForAndSaysWhatMendsIt(string code, int status, VolumeError error, string said)
    {
        var message = said.Split(" (")[0];
        Aws.Front.Break(StoreFaults.Status(status, $"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"), times: 100);
        SetClass(User);
        var failure = await PublishFails();
        Assert.Equal(error, failure.Error);
        Assert.Contains($"{code}: {said}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GetSecretValue", "{}", "expected a secret with a version")]
    [InlineData("GetSecretValue", """{"VersionId": "1", "SecretBinary": "no base64!"}""", "expected a secret with a version")]
    [InlineData("GetParameters", "{}", "expected a parameter with a version")]
    [InlineData("AssumeRoleWithWebIdentity", "<AssumeRoleWithWebIdentityResponse><AccessKeyId>1</AccessKeyId></AssumeRoleWithWebIdentityResponse>", "expected keys with an end")]
    public async Task Publish_AnswerWithoutWhatWasAskedFor_MakesNoSense(string operation, string body, string part)
    {
        Aws.PutParameter(Region, "/flag", "on");
        Aws.Front.Break(AwsServer.Is(operation), StoreFaults.Status(200, body));
        SetClass(User + "\n- {objectName: /flag, objectType: ssmparameter}");
        var failure = await PublishFails();
        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains($"the answer makes no sense, {part}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_StsQuotesTheToken_NothingOfItIsSeen()
    {
        var token = "";
        Aws.Front.Break(async context =>
        {
            var form = await context.Request.ReadFormAsync();
            token = form["WebIdentityToken"].ToString();
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync($"<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>the token {token} is no good</Message></Error></ErrorResponse>");
        });
        SetClass(User);
        var failure = await PublishFails();
        Assert.Contains("the token [redacted] is no good", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Lines.All, line => line.Contains(token[..40], StringComparison.Ordinal));
    }
}
