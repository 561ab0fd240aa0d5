using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ActorCsi.Fakes.Stores.Gcp;

// What is kept: secrets with versions, states and aliases; parameters that may refer to secrets; and who may read them.
public sealed partial class GcpServer
{
    private readonly Dictionary<(string Project, string Location, string Id), GcpSecret> _secrets = [];
    private readonly Dictionary<(string Project, string Location, string Id), Dictionary<string, GcpParameterVersion>> _parameters = [];
    private readonly Dictionary<string, HashSet<string>> _policies = new(StringComparer.Ordinal);

    /// <summary>Writes a version of a secret.</summary>
    /// <param name="id">The secret.</param>
    /// <param name="content">The content.</param>
    /// <param name="location">The region; empty for the global one.</param>
    /// <param name="project">The project's id.</param>
    /// <returns>The secret.</returns>
    public GcpSecret Put(string id, string content, string location = "", string project = "shop") => Put(id, Encoding.UTF8.GetBytes(content), location, project);

    /// <inheritdoc cref="Put(string, string, string, string)"/>
    public GcpSecret Put(string id, byte[] content, string location = "", string project = "shop")
    {
        lock (_gate)
        {
            var secret = FindOrMake(id, location, project);
            secret.Add(content);
            return secret;
        }
    }

    /// <summary>Writes a version of a parameter.</summary>
    /// <param name="id">The parameter.</param>
    /// <param name="version">The version's name.</param>
    /// <param name="content">The content; may refer to secrets: <c>__REF__("//secretmanager.googleapis.com/projects/P/secrets/S/versions/V")</c>.</param>
    /// <param name="location">The region, or <c>global</c>.</param>
    /// <param name="project">The project's id.</param>
    public GcpParameterVersion PutParameter(string id, string version, string content, string location = "global", string project = "shop")
    {
        lock (_gate)
        {
            if (!_parameters.TryGetValue((project, location, id), out var versions))
                _parameters[(project, location, id)] = versions = new(StringComparer.Ordinal);
            return versions[version] = new GcpParameterVersion(Encoding.UTF8.GetBytes(content));
        }
    }

    /// <summary>Only these may read what has this id, as IAM calls them; before that, all may who have a token.</summary>
    public void AllowOnly(string id, params string[] members) => _policies[id] = [.. members];

    private GcpSecret FindOrMake(string id, string location, string project)
        => _secrets.TryGetValue((project, location, id), out var secret) ? secret : _secrets[(project, location, id)] = new GcpSecret();

    private Answer Secret(Question question, string location, string[] rest)
    {
        var caller = Authenticate(question);
        var parent = $"projects/{Number(question.Project)}/{(location.Length == 0 ? "" : $"locations/{location}/")}secrets";
        switch (question.Method, rest)
        {
            case ("POST", []):
                var id = question.Query["secretId"].ToString();
                FindOrMake(id, location, question.Project);
                return new Answer(200, new JsonObject { ["name"] = $"{parent}/{id}" });
            case ("POST", [var called]) when called.Split(':') is [var to, "addVersion"]:
                return AddVersion(Find(question, location, to, parent), $"{parent}/{to}", question.Body["payload"]!.AsObject());
            case ("POST", [var of, "versions", var called]) when called.Split(':') is [var version, var verb and ("enable" or "disable" or "destroy")]:
                var changed = Version(Find(question, location, of, parent), version, $"{parent}/{of}");
                changed.State = verb switch { "enable" => "ENABLED", "disable" => "DISABLED", _ => "DESTROYED" };
                return new Answer(200, new JsonObject { ["name"] = $"{parent}/{of}/versions/{changed.Number}", ["state"] = changed.State });
            case ("GET", [var of, "versions", var called]) when called.Split(':') is [var version, "access"]:
                return Access(question, caller, Find(question, location, of, parent, version), of, version, $"{parent}/{of}");
            default:
                throw Google(404, "NOT_FOUND", "Requested entity was not found.");
        }
    }

    private GcpSecret Find(Question question, string location, string id, string parent, string version = "")
        => _secrets.TryGetValue((question.Project, location, id), out var secret) && (version.Length == 0 || secret.Versions.Count > 0) ? secret
            : throw Google(404, "NOT_FOUND", $"Secret [{parent}/{id}] not found or has no versions.");

    private Answer Access(Question question, GcpToken caller, GcpSecret secret, string id, string version, string name)
    {
        if (_policies.TryGetValue(id, out var allowed) && !allowed.Overlaps(caller.Members))
            throw Google(403, "PERMISSION_DENIED", $"Permission 'secretmanager.versions.access' denied for resource '{question.Path["/v1/".Length..].Split(':')[0]}' (or it may not exist).", "IAM_PERMISSION_DENIED");
        var found = Version(secret, version, name);
        if (found.State != "ENABLED")
            throw Google(400, "FAILED_PRECONDITION", $"Secret Version [{name}/versions/{found.Number}] is in {found.State} state.");
        return new Answer(200, new JsonObject
        {
            ["name"] = $"{name}/versions/{found.Number}",
            ["payload"] = new JsonObject { ["data"] = Convert.ToBase64String(found.Content), ["dataCrc32c"] = (found.BadCrc ? 1 : Crc32C(found.Content)).ToString(CultureInfo.InvariantCulture) },
        });
    }

    private static GcpSecretVersion Version(GcpSecret secret, string version, string name)
    {
        var number = version == "latest" ? secret.Versions.Count : secret.Aliases.TryGetValue(version, out var aliased) ? aliased : int.TryParse(version, out var plain) ? plain : 0;
        return secret.Versions.ElementAtOrDefault(number - 1) ?? throw Google(404, "NOT_FOUND", $"Secret Version [{name}/versions/{version}] not found.");
    }

    private static Answer AddVersion(GcpSecret secret, string name, JsonObject payload)
    {
        var content = Convert.FromBase64String(payload["data"]?.ToString() ?? "");
        if (payload["dataCrc32c"] is { } crc && crc.ToString() != Crc32C(content).ToString(CultureInfo.InvariantCulture))
            throw Google(400, "INVALID_ARGUMENT", "The checksum in SecretPayload.data_crc32c did not match the data in SecretPayload.data.");
        var added = secret.Add(content);
        return new Answer(200, new JsonObject { ["name"] = $"{name}/versions/{added.Number}", ["state"] = added.State });
    }

    private Answer Parameter(Question question, string location, string[] rest)
    {
        var caller = Authenticate(question);
        var parent = $"projects/{question.Project}/locations/{location}/parameters";
        switch (question.Method, rest)
        {
            case ("POST", []):
                var id = question.Query["parameterId"].ToString();
                _parameters[(question.Project, location, id)] = new(StringComparer.Ordinal);
                return new Answer(200, new JsonObject { ["name"] = $"{parent}/{id}", ["format"] = question.Body["format"]?.DeepClone() });
            case ("POST", [var of, "versions"]):
                var name = question.Query["parameterVersionId"].ToString();
                ParameterVersions(question, location, of, parent)[name] = new GcpParameterVersion(Convert.FromBase64String(question.Body["payload"]!["data"]!.ToString()));
                return new Answer(200, new JsonObject { ["name"] = $"{parent}/{of}/versions/{name}" });
            case ("GET", [var of, "versions", var called]) when called.Split(':') is [var version, "render"]:
                return Render(caller, ParameterVersions(question, location, of, parent), of, version, $"{parent}/{of}/versions/{version}");
            default:
                throw Google(404, "NOT_FOUND", "Requested entity was not found.");
        }
    }

    private Dictionary<string, GcpParameterVersion> ParameterVersions(Question question, string location, string id, string parent)
        => _parameters.TryGetValue((question.Project, location, id), out var versions) ? versions
            : throw Google(404, "NOT_FOUND", $"Resource '{parent}/{id}' was not found");

    private Answer Render(GcpToken caller, Dictionary<string, GcpParameterVersion> versions, string id, string version, string name)
    {
        if (_policies.TryGetValue(id, out var allowed) && !allowed.Overlaps(caller.Members))
            throw Google(403, "PERMISSION_DENIED", $"Permission 'parametermanager.parameterVersions.render' denied on resource '//parametermanager.googleapis.com/{name}' (or it may not exist).", "IAM_PERMISSION_DENIED");
        if (!versions.TryGetValue(version, out var found))
            throw Google(404, "NOT_FOUND", $"Resource '{name}' was not found");
        if (found.IsDisabled)
            throw Google(400, "FAILED_PRECONDITION", $"Parameter Version '{name}' is disabled.");
        var rendered = Reference().Replace(Encoding.UTF8.GetString(found.Content), reference =>
        {
            var parts = reference.Groups[1].Value.Split('/');
            if (parts is not ["projects", var project, "secrets", var secret, "versions", var wanted] || !_secrets.TryGetValue((project, "", secret), out var kept))
                throw Google(400, "FAILED_PRECONDITION", $"Secret '{reference.Groups[1].Value}' that the parameter refers to cannot be read.");
            return Encoding.UTF8.GetString(Version(kept, wanted, $"projects/{project}/secrets/{secret}").Content);
        });
        return new Answer(200, new JsonObject
        {
            ["parameterVersion"] = name,
            ["payload"] = new JsonObject { ["data"] = Convert.ToBase64String(found.Content) },
            ["renderedPayload"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(rendered)),
        });
    }

    private static uint Crc32C(byte[] content) => ~content.Aggregate(uint.MaxValue, BitOperations.Crc32C);

    [GeneratedRegex("""__REF__\(\\?"//secretmanager\.googleapis\.com/([^"\\]+)\\?"\)""")]
    private static partial Regex Reference();
}

/// <summary>A secret.</summary>
public sealed class GcpSecret
{
    /// <summary>Its versions, from number 1 on.</summary>
    public List<GcpSecretVersion> Versions { get; } = [];

    /// <summary>Names for versions.</summary>
    public Dictionary<string, int> Aliases { get; } = new(StringComparer.Ordinal);

    internal GcpSecretVersion Add(byte[] content)
    {
        Versions.Add(new GcpSecretVersion(Versions.Count + 1, content));
        return Versions[^1];
    }
}

/// <summary>A version of a secret.</summary>
public sealed class GcpSecretVersion(int number, byte[] content)
{
    /// <summary>Its number.</summary>
    public int Number => number;

    /// <summary>The content.</summary>
    public byte[] Content => content;

    /// <summary>ENABLED, DISABLED or DESTROYED.</summary>
    public string State { get; set; } = "ENABLED";

    /// <summary>Whether the checksum that is told is another's.</summary>
    public bool BadCrc { get; set; }
}

/// <summary>A version of a parameter.</summary>
public sealed class GcpParameterVersion(byte[] content)
{
    /// <summary>The content, with references.</summary>
    public byte[] Content => content;

    /// <summary>Whether it is disabled.</summary>
    public bool IsDisabled { get; set; }
}
