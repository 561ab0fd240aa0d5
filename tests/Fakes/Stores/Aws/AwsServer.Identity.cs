using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ActorCsi.Fakes.Stores.Aws;

/// <summary>Roles, STS and the node's agent.</summary>
public sealed partial class AwsServer
{
    private readonly Dictionary<string, AwsRole> _roles = new(StringComparer.Ordinal); // by ARN
    private readonly Dictionary<string, AwsRole> _associations = new(StringComparer.Ordinal); // of Pod Identity, by namespace/service account
    private readonly Dictionary<string, AwsRoleSession> _sessions = new(StringComparer.Ordinal); // by access key id

    /// <summary>How often keys were given.</summary>
    public int Logins { get; private set; }

    /// <summary>The sessions whose keys are still good.</summary>
    public IReadOnlyList<AwsRoleSession> Sessions
    {
        get
        {
            lock (_gate)
                return [.. _sessions.Values.Where(session => session.ExpiresAt > Now)];
        }
    }

    /// <summary>The ARN of a role of that name.</summary>
    public static string RoleArn(string name) => $"arn:aws:iam::{Account}:role/{name}";

    /// <summary>Adds a role, or changes one.</summary>
    public AwsServer Role(string name, Func<AwsRole, AwsRole>? change = null)
    {
        lock (_gate)
        {
            var role = (change ?? (one => one))(_roles.GetValueOrDefault(RoleArn(name)) ?? new AwsRole(RoleArn(name)));
            _roles[role.Arn] = role;
            foreach (var (id, session) in _sessions.ToArray())
                if (session.Role.Arn == role.Arn)
                    _sessions[id] = session with { Role = role }; // rights are looked up at each request
        }
        return this;
    }

    /// <summary>Associates a role with a service account, as EKS Pod Identity does.</summary>
    public AwsServer Associate(string serviceAccount, string role, string @namespace = "default")
    {
        lock (_gate)
            _associations[$"{@namespace}/{serviceAccount}"] = _roles[RoleArn(role)];
        return this;
    }

    /// <summary>All keys that were given up to now are good for nothing more.</summary>
    public void ForgetSessions()
    {
        lock (_gate)
            _sessions.Clear();
    }

    /// <summary>What "revoke active sessions" does in the console: a policy denies everything to keys that were given before now.</summary>
    public void RevokeOlderSessions()
    {
        lock (_gate)
            foreach (var (id, session) in _sessions.ToArray())
                _sessions[id] = session with { Role = session.Role with { Allowed = [] } };
    }

    private Answer ServeForm(HttpRequest request, byte[] body)
    {
        var form = Form(body);
        return form.GetValueOrDefault("Action") switch
        {
            _ when form.GetValueOrDefault("Version") != "2011-06-15" => throw new Refusal(400, "InvalidAction", "Could not find operation for that version"),
            "AssumeRoleWithWebIdentity" => AssumeRoleWithWebIdentity(form),
            "AssumeRole" => AssumeRole(form, Authenticate(request, Place(request), body)),
            "GetCallerIdentity" => Xml("GetCallerIdentity", $"<Arn>{Authenticate(request, Place(request), body).Arn}</Arn><Account>{Account}</Account>"),
            var other => throw new Refusal(400, "InvalidAction", $"Could not find operation {other} for version 2011-06-15"),
        };
    }

    private Answer AssumeRoleWithWebIdentity(Dictionary<string, string> form)
    {
        var (arn, token, name) = (Required(form, "RoleArn"), Required(form, "WebIdentityToken"), SessionName(form));
        var claims = _issuer.Verify(token, Now, out var fault);
        if (claims is null)
            throw fault == "token is expired" ? new Refusal(400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time")
                : new Refusal(400, "InvalidIdentityToken", fault == "signature is invalid" ? "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements" : fault);
        if (!claims["aud"]!.AsArray().Any(audience => (string?)audience == "sts.amazonaws.com"))
            throw new Refusal(400, "InvalidIdentityToken", "Incorrect token audience");
        var subject = (string)claims["sub"]!;
        if (!_roles.TryGetValue(arn, out var role) || !role.Trusts(subject))
            throw new Refusal(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        var session = Begin(role, name, subject, Duration(form));
        return Xml("AssumeRoleWithWebIdentity", Credentials(session) + $"<SubjectFromWebIdentityToken>{SecurityElement.Escape(subject)}</SubjectFromWebIdentityToken>"
            + $"<AssumedRoleUser><Arn>{session.Arn}</Arn><AssumedRoleId>AROA:{name}</AssumedRoleId></AssumedRoleUser><Provider>{_issuer.Issuer}</Provider><Audience>sts.amazonaws.com</Audience>");
    }

    private Answer AssumeRole(Dictionary<string, string> form, AwsRoleSession caller)
    {
        var arn = Required(form, "RoleArn");
        if (!_roles.TryGetValue(arn, out var role) || !role.Trusts(caller.Role.Arn) || (role.ExternalId is { } id && form.GetValueOrDefault("ExternalId") != id))
            throw new Refusal(403, "AccessDenied", $"User: {caller.Arn} is not authorized to perform: sts:AssumeRole on resource: {arn}");
        var session = Begin(role, SessionName(form), caller.Subject, Duration(form));
        return Xml("AssumeRole", Credentials(session) + $"<AssumedRoleUser><Arn>{session.Arn}</Arn><AssumedRoleId>AROA:{session.Name}</AssumedRoleId></AssumedRoleUser>");
    }

    /// <summary>As of the agent (github.com/aws/eks-pod-identity-agent): the token stands bare in Authorization, and faults are told in plain words.</summary>
    private async Task ServeAgent(HttpContext context)
    {
        var (status, body) = (200, "");
        lock (_gate)
        {
            try
            {
                body = context.Request.Method == "GET" && context.Request.Path == "/v1/credentials" ? Keys(context.Request).ToJsonString() : throw new Refusal(404, "", "404 page not found");
            }
            catch (Refusal refusal)
            {
                (status, body) = (refusal.Status, refusal.Code.Length == 0 ? refusal.Message : $"[00000000-0000]: ({refusal.Code}): {refusal.Message}, fault: client\n");
            }
        }
        context.Response.StatusCode = status;
        context.Response.Headers.Date = Now.ToString("R");
        context.Response.ContentType = status == 200 ? "application/json" : "text/plain; charset=utf-8";
        await context.Response.WriteAsync(body);
    }

    private JsonObject Keys(HttpRequest request)
    {
        if (request.Host.Value is not ("169.254.170.23" or "[fd00:ec2::23]"))
            throw new Refusal(403, "", $"Access Denied. Called agent through invalid address, please use either 169.254.170.23 or fd00:ec2::23 not {request.Host}");
        var token = request.Headers.Authorization.ToString();
        if (token.Length == 0)
            throw new Refusal(400, "", "Service account token cannot be empty");
        var claims = _issuer.Verify(token, Now, out var fault);
        if (claims is null)
            throw fault == "token is expired" ? new Refusal(400, "ExpiredTokenException", "The token included in the request is expired") : new Refusal(400, "InvalidTokenException", fault);
        if (!claims["aud"]!.AsArray().Any(audience => (string?)audience == "pods.eks.amazonaws.com"))
            throw new Refusal(400, "InvalidTokenException", "The audience of the token is not valid");
        var (ns, account) = ((string)claims["kubernetes.io"]!["namespace"]!, (string)claims["kubernetes.io"]!["serviceaccount"]!["name"]!);
        if (!_associations.TryGetValue($"{ns}/{account}", out var role))
            throw new Refusal(404, "ResourceNotFoundException", $"No Pod Identity Association found for service account {ns}/{account}");
        var session = Begin(role, $"eks-shop-{(string)claims["kubernetes.io"]!["pod"]!["name"]!}", (string)claims["sub"]!, TimeSpan.FromHours(6));
        return new JsonObject
        {
            ["AccessKeyId"] = session.AccessKeyId,
            ["SecretAccessKey"] = session.SecretAccessKey,
            ["Token"] = session.Token,
            ["AccountId"] = Account,
            ["Expiration"] = session.ExpiresAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        };
    }

    private AwsRoleSession Begin(AwsRole role, string name, string subject, TimeSpan life)
    {
        Logins++;
        var session = new AwsRoleSession(role, name, subject, $"ASIA{Logins:d16}", Convert.ToBase64String(RandomNumberGenerator.GetBytes(30)),
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(300)), Now + (life < role.LongestSession ? life : role.LongestSession));
        _sessions.Add(session.AccessKeyId, session);
        return session;
    }

    private AwsRoleSession Authenticate(HttpRequest request, (string Service, string Region) place, byte[] body)
    {
        var isSts = place.Service == "sts";
        var keyId = SigV4Check.KeyIdOf(request) ?? throw new Refusal(403, isSts ? "MissingAuthenticationToken" : "MissingAuthenticationTokenException", "Missing Authentication Token");
        if (!_sessions.TryGetValue(keyId, out var session) || request.Headers["X-Amz-Security-Token"] != session.Token)
            throw new Refusal(isSts ? 403 : 400, isSts ? "InvalidClientTokenId" : "UnrecognizedClientException", "The security token included in the request is invalid.");
        if (session.ExpiresAt <= Now)
            throw new Refusal(isSts ? 403 : 400, isSts ? "ExpiredToken" : "ExpiredTokenException", "The security token included in the request is expired");
        if (SigV4Check.Fault(request, body, session.SecretAccessKey, place, Now) is { } fault)
            throw new Refusal(isSts ? 403 : 400, isSts ? "SignatureDoesNotMatch" : "InvalidSignatureException", fault);
        return session;
    }

    private static Dictionary<string, string> Form(byte[] body)
        => QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body)).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);

    private static string Required(Dictionary<string, string> form, string name)
        => form.GetValueOrDefault(name) is { Length: > 0 } value ? value
            : throw new Refusal(400, "ValidationError", $"1 validation error detected: Value null at '{char.ToLowerInvariant(name[0])}{name[1..]}' failed to satisfy constraint: Member must not be null");

    private static string SessionName(Dictionary<string, string> form)
    {
        var name = Required(form, "RoleSessionName");
        return name.Length is >= 2 and <= 64 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "_+=,.@-".Contains(letter)) ? name
            : throw new Refusal(400, "ValidationError", "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*");
    }

    private static TimeSpan Duration(Dictionary<string, string> form)
        => TimeSpan.FromSeconds(form.GetValueOrDefault("DurationSeconds") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 3600);

    private static string Credentials(AwsRoleSession session)
        => $"<Credentials><AccessKeyId>{session.AccessKeyId}</AccessKeyId><SecretAccessKey>{session.SecretAccessKey}</SecretAccessKey><SessionToken>{session.Token}</SessionToken>"
            + $"<Expiration>{session.ExpiresAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}</Expiration></Credentials>";

    private static Answer Xml(string operation, string result) => new(200, "text/xml",
        $"<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result>{result}</{operation}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{operation}Response>");

    private static string ErrorXml(Refusal refusal)
        => $"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{refusal.Code}</Code><Message>{SecurityElement.Escape(refusal.Message)}</Message></Error><RequestId>1</RequestId></ErrorResponse>";
}

/// <summary>A role in IAM.</summary>
public sealed record AwsRole(string Arn)
{
    /// <summary>Who may assume it: subjects of tokens and ARNs of other roles; <c>*</c> for all.</summary>
    public string[] Trusted { get; init; } = ["*"];

    /// <summary>What AssumeRole must bring along; null for nothing.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Actions, such as <c>secretsmanager:GetSecretValue</c>; a <c>*</c> at the end stands for anything.</summary>
    public string[] Allowed { get; init; } = ["secretsmanager:*", "ssm:*"];

    /// <summary>Names of secrets and parameters to which the actions are allowed; null for all.</summary>
    public string[]? Resources { get; init; }

    /// <summary>The longest session.</summary>
    public TimeSpan LongestSession { get; init; } = TimeSpan.FromHours(12);

    internal bool Trusts(string who) => Trusted.Any(trusted => trusted == "*" || trusted == who);

    internal bool Allows(string action, string resource)
        => Allowed.Any(allowed => allowed == action || (allowed.EndsWith('*') && action.StartsWith(allowed[..^1], StringComparison.Ordinal)))
            && (Resources is null || resource == "*" || Resources.Contains(resource));
}

/// <summary>Keys that were given.</summary>
public sealed record AwsRoleSession(AwsRole Role, string Name, string Subject, string AccessKeyId, string SecretAccessKey, string Token, DateTimeOffset ExpiresAt)
{
    /// <summary>How messages call it.</summary>
    public string Arn => $"arn:aws:sts::{AwsServer.Account}:assumed-role/{Role.Arn[(Role.Arn.IndexOf('/') + 1)..]}/{Name}";
}
