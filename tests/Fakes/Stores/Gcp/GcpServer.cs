using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ActorCsi.Fakes.Stores.Gcp;

/// <summary>
/// Google's side over real HTTPS, all hosts behind one door: token services that check the pod's token against its issuer, IAM that decides who may act as
/// whom, Secret Manager and Parameter Manager, global and by region, and the metadata server of a machine. What is refused is refused in Google's words.
/// </summary>
public sealed partial class GcpServer : IAsyncDisposable
{
    /// <summary>The region that there is.</summary>
    public const string Region = "europe-west4";

    private readonly Lock _gate = new();
    private readonly TokenIssuer _issuer;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, string> _projectNumbers = new(StringComparer.Ordinal) { ["shop"] = "1001", ["other"] = "1002" };

    private GcpServer(TokenIssuer issuer, TimeProvider time) => (_issuer, _time) = (issuer, time);

    /// <summary>The hosts that it answers for, in HTTPS.</summary>
    public static IReadOnlyList<string> Hosts { get; } =
    [
        "sts.googleapis.com", "securetoken.googleapis.com", "oauth2.googleapis.com", "iamcredentials.googleapis.com",
        "secretmanager.googleapis.com", $"secretmanager.{Region}.rep.googleapis.com",
        "parametermanager.googleapis.com", $"parametermanager.{Region}.rep.googleapis.com",
    ];

    /// <summary>The front: where it listens, what was asked, faults.</summary>
    public StoreServer Front { get; private set; } = null!;

    /// <summary>The metadata server.</summary>
    public StoreServer Metadata { get; private set; } = null!;

    /// <summary>How far Google's clock is from everybody else's.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>Where the hosts are to be found: what a client's dial must be told.</summary>
    public IReadOnlyDictionary<string, string> ConnectTo => Hosts.ToDictionary(host => $"{host}:443", _ => Front.Address.Authority)
        .Append(KeyValuePair.Create("metadata.google.internal:80", Metadata.Address.Authority)).ToDictionary();

    private DateTimeOffset Now => _time.GetUtcNow() + ClockSkew;

    /// <summary>Starts one.</summary>
    /// <param name="issuer">The cluster's tokens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="certificate">For <see cref="Hosts"/> and localhost.</param>
    public static async Task<GcpServer> Start(TokenIssuer issuer, TimeProvider time, X509Certificate2 certificate)
    {
        var server = new GcpServer(issuer, time);
        server.Front = await StoreServer.Start(server.Serve, certificate);
        server.Metadata = await StoreServer.Start(server.ServeMetadata);
        return server;
    }

    /// <summary>How often something was asked of the hosts of a service: <c>secretmanager</c>, and what is in the path.</summary>
    public int Asked(string service, string path = "")
        => Front.Requests.Count(request => request.Host.StartsWith(service + ".", StringComparison.Ordinal) && request.Path.Contains(path, StringComparison.Ordinal));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Front.DisposeAsync();
        await Metadata.DisposeAsync();
    }

    private async Task Serve(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Answer answer;
        lock (_gate)
        {
            try
            {
                answer = Route(new Question(context.Request, body));
            }
            catch (Refusal refusal)
            {
                answer = new Answer(refusal.Status, refusal.Body);
            }
        }
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json; charset=UTF-8";
        await context.Response.WriteAsync(answer.Body.ToJsonString());
    }

    private Answer Route(Question question) => question switch
    {
        { Method: "POST", Path: "/v1/token" } when question.IsFor("sts.googleapis.com") => Exchange(question, "//iam.googleapis.com/", "identitynamespace:"),
        { Method: "POST", Path: "/v1/identitybindingtoken" } when question.IsFor("securetoken.googleapis.com") => Exchange(question, "identitynamespace:"),
        { Method: "POST", Path: "/token" } when question.IsFor("oauth2.googleapis.com") => LogIn(question),
        { Method: "POST", Parts: ["v1", "projects", "-", "serviceAccounts", var account] } when question.IsFor("iamcredentials.googleapis.com") => GenerateAccessToken(question, account),
        { Parts: ["v1", "projects", _, "secrets", ..] } when question.IsFor("secretmanager.googleapis.com") => Secret(question, "", question.Parts[4..]),
        { Parts: ["v1", "projects", _, "locations", Region, "secrets", ..] } when question.IsFor($"secretmanager.{Region}.rep.googleapis.com") => Secret(question, Region, question.Parts[6..]),
        { Parts: ["v1", "projects", _, "locations", "global", "parameters", ..] } when question.IsFor("parametermanager.googleapis.com") => Parameter(question, "global", question.Parts[6..]),
        { Parts: ["v1", "projects", _, "locations", Region, "parameters", ..] } when question.IsFor($"parametermanager.{Region}.rep.googleapis.com") => Parameter(question, Region, question.Parts[6..]),
        _ => throw Google(404, "NOT_FOUND", "Requested entity was not found."),
    };

    private async Task ServeMetadata(HttpContext context)
    {
        context.Response.Headers["Metadata-Flavor"] = "Google";
        context.Response.Headers.Server = "Metadata Server for VM";
        var text = context.Request.Headers["Metadata-Flavor"] == "Google" ? MetadataOf(context.Request.Path.Value!) : null;
        context.Response.StatusCode = text is not null ? 200 : context.Request.Headers["Metadata-Flavor"] == "Google" ? 404 : 403;
        await context.Response.WriteAsync(text ?? "");
    }

    /// <summary>The project's number: what stands in the names of versions, whatever was asked with.</summary>
    private string Number(string project) => _projectNumbers.GetValueOrDefault(project, project);

    /// <summary>An error as all of Google's services tell it.</summary>
    private static Refusal Google(int code, string status, string message, string? reason = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message, ["status"] = status };
        if (reason is not null)
            error["details"] = new JsonArray(new JsonObject { ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo", ["reason"] = reason, ["domain"] = "googleapis.com" });
        return new Refusal(code, new JsonObject { ["error"] = error });
    }

    /// <summary>An error as token endpoints tell it (RFC 6749).</summary>
    private static Refusal OAuth(int status, string error, string description)
        => new(status, new JsonObject { ["error"] = error, ["error_description"] = description });

    private sealed class Question(HttpRequest request, string body)
    {
        public string Method => request.Method;

        public string Path => request.Path.Value!;

        public string[] Parts { get; } = request.Path.Value!.TrimStart('/').Split('/');

        public string Project => Parts[2];

        public IQueryCollection Query => request.Query;

        public string? Bearer => request.Headers.Authorization.ToString().Split(' ') is ["Bearer", var token] ? token : null;

        /// <summary>The fields of the body, in JSON or as a form, by the names of the protocol buffers or by those of JSON.</summary>
        public JsonObject Body { get; } = Read(request, body);

        /// <summary>A client that cannot be told to look elsewhere for a name asks localhost, and is not held to it.</summary>
        public bool IsFor(string host) => request.Host.Host == host || request.Host.Host == "localhost";

        public string Text(string name) => Body[name]?.ToString() ?? Body[Camel(name)]?.ToString() ?? "";

        private static JsonObject Read(HttpRequest request, string body)
        {
            if (body.Length == 0)
                return [];
            if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) == true)
                return new JsonObject(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(body).Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value.ToString())));
            try
            {
                return JsonNode.Parse(body) as JsonObject ?? throw Google(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
            }
            catch (JsonException)
            {
                throw Google(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
            }
        }

        private static string Camel(string name)
        {
            var words = name.Split('_');
            return string.Concat(words.Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
        }
    }

    private sealed record Answer(int Status, JsonObject Body);

    private sealed class Refusal(int status, JsonObject body) : Exception
    {
        public int Status => status;

        public JsonObject Body => body;
    }
}
