using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Fakes.Stores.Aws;

/// <summary>
/// AWS over real HTTP, as far as a pod's secrets need it: STS, Secrets Manager and Parameter Store of any number of regions, each by its own name, and the agent of EKS Pod
/// Identity. Tokens are checked against the issuer's keys and the role's trust policy, signatures (SigV4) from the method to the last byte of the body, sessions live
/// and end by the clock, and what is refused is refused in the services' own words.
/// </summary>
public sealed partial class AwsServer : IAsyncDisposable
{
    /// <summary>The account that everything is in.</summary>
    public const string Account = "123456789012";

    private static readonly string[] Services = ["sts", "secretsmanager", "ssm"];

    private readonly Lock _gate = new();
    private readonly TokenIssuer _issuer;
    private readonly TimeProvider _time;
    private int _number;

    private AwsServer(TokenIssuer issuer, TimeProvider time) => (_issuer, _time) = (issuer, time);

    /// <summary>The front of all services and regions: where it listens, what was asked, faults.</summary>
    public StoreServer Front { get; private set; } = null!;

    /// <summary>The front of the node's agent, in plain HTTP.</summary>
    public StoreServer Agent { get; private set; } = null!;

    /// <summary>How far the servers' clocks are from everybody else's.</summary>
    public TimeSpan ClockSkew { get; set; }

    private DateTimeOffset Now => _time.GetUtcNow() + ClockSkew;

    /// <summary>The name of a service in a region.</summary>
    public static string Host(string service, string region) => $"{service}.{region}.amazonaws.com";

    /// <summary>The names of all services, with and without FIPS, in these regions: what a certificate must be for.</summary>
    public static string[] Names(params string[] regions)
        => [.. regions.SelectMany(region => Services.SelectMany(service => new[] { Host(service, region), Host(service + "-fips", region) }))];

    /// <summary>Starts one, in HTTPS where there is a certificate.</summary>
    public static async Task<AwsServer> Start(TokenIssuer issuer, TimeProvider time, X509Certificate2? certificate = null)
    {
        var server = new AwsServer(issuer, time);
        server.Front = await StoreServer.Start(server.Serve, certificate);
        server.Agent = await StoreServer.Start(server.ServeAgent);
        return server;
    }

    /// <summary>How often an operation was asked for, in a region where one is named.</summary>
    public int Asked(string operation, string? region = null) => Front.Requests.Count(request
        => (OperationOf(request) == operation) && (region is null || request.Host.Contains($".{region}.", StringComparison.Ordinal)));

    /// <summary>Whether a request is for that operation: for faults.</summary>
    public static Func<HttpRequest, bool> Is(string operation, string? region = null) => request
        => (region is null || (request.Host.Value ?? "").Contains($".{region}.", StringComparison.Ordinal))
            && (operation.Length == 0 || (request.Headers["X-Amz-Target"].ToString() is { Length: > 0 } target ? target.EndsWith("." + operation, StringComparison.Ordinal)
                : operation.StartsWith("AssumeRole", StringComparison.Ordinal) && (request.Host.Value ?? "").StartsWith("sts", StringComparison.Ordinal)));

    /// <summary>An answer in the form of the JSON services' errors.</summary>
    public static Func<HttpContext, Task> Fails(string code, string message, int status = 400, int? retryAfter = null)
        => StoreFaults.Status(status, new JsonObject { ["__type"] = code, ["message"] = message }.ToJsonString(), retryAfter);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Front.DisposeAsync();
        await Agent.DisposeAsync();
    }

    private static string OperationOf(StoreRequest request)
    {
        if (request.Headers.TryGetValue("X-Amz-Target", out var target))
            return target[(target.IndexOf('.') + 1)..];
        return request.Headers.GetValueOrDefault("Content-Type", "").StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal)
            ? Form(request.Body).GetValueOrDefault("Action", "") : "";
    }

    private async Task Serve(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var target = context.Request.Headers["X-Amz-Target"].ToString();
        Answer answer;
        lock (_gate)
        {
            try
            {
                answer = target.Length > 0 ? ServeJson(context.Request, target, body.ToArray()) : ServeForm(context.Request, body.ToArray());
            }
            catch (Refusal refusal)
            {
                answer = target.Length > 0
                    ? new Answer(refusal.Status, "application/x-amz-json-1.1", new JsonObject { ["__type"] = refusal.Code, ["Message"] = refusal.Message }.ToJsonString())
                    : new Answer(refusal.Status, "text/xml", ErrorXml(refusal));
            }
        }
        context.Response.StatusCode = answer.Status;
        context.Response.Headers.Date = Now.ToString("R");
        context.Response.Headers["x-amzn-RequestId"] = $"00000000-0000-0000-0000-{Interlocked.Increment(ref _number):d12}";
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body);
    }

    private Answer ServeJson(HttpRequest request, string target, byte[] body)
    {
        var place = Place(request);
        var session = Authenticate(request, place, body);
        var arguments = Parse(body);
        var operation = target[(target.IndexOf('.') + 1)..];
        var question = new Question(place.Region, operation, session, arguments);
        var service = target.Split('.')[0] switch
        {
            "secretsmanager" when place.Service == "secretsmanager" => AnswerSecrets(question),
            "AmazonSSM" when place.Service == "ssm" => AnswerParameters(question),
            _ => throw new Refusal(400, "UnknownOperationException", ""),
        };
        return new Answer(200, "application/x-amz-json-1.1", service.ToJsonString());
    }

    /// <summary>Which service of which region is meant: by the name that was called, else by what was signed.</summary>
    private static (string Service, string Region) Place(HttpRequest request)
    {
        if (request.Host.Host.Split('.') is [var service, var region, "amazonaws", "com"])
            return (service.Replace("-fips", "", StringComparison.Ordinal), region);
        return SigV4Check.ScopeOf(request) ?? ("sts", "us-east-1");
    }

    private static JsonObject Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject ?? throw new Refusal(400, "SerializationException", "");
        }
        catch (JsonException)
        {
            throw new Refusal(400, "SerializationException", "");
        }
    }

    private void Authorise(Question question, string service, string resource)
    {
        var action = $"{service}:{question.Operation}";
        if (!question.Session.Role.Allows(action, resource))
            throw new Refusal(400, "AccessDeniedException",
                $"User: {question.Session.Arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action");
    }

    private static string Text(JsonObject from, string name) => from[name]?.ToString() ?? "";

    private sealed record Question(string Region, string Operation, AwsRoleSession Session, JsonObject Arguments);

    private sealed record Answer(int Status, string ContentType, string Body);

    /// <summary>What a service says instead of doing it.</summary>
    internal sealed class Refusal(int status, string code, string message) : Exception(message)
    {
        public int Status => status;

        public string Code => code;
    }
}
