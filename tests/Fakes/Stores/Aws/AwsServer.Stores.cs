using System.Globalization;
using System.Text.Json.Nodes;

namespace ActorCsi.Fakes.Stores.Aws;

/// <summary>Secrets Manager and Parameter Store.</summary>
public sealed partial class AwsServer
{
    private const string Current = "AWSCURRENT";
    private const string Previous = "AWSPREVIOUS";

    private readonly Dictionary<(string Region, string Name), StoredSecret> _secrets = [];
    private readonly Dictionary<(string Region, string Name), List<StoredParameter>> _parameters = [];

    /// <summary>Makes a secret, or a new version of one, which becomes the current one. Gives the version's id.</summary>
    public string Put(string region, string name, string text, string? stage = null) => Put(region, name, new StoredVersion(text, null, []), stage);

    /// <summary>As <see cref="Put(string, string, string, string?)"/>, with bytes.</summary>
    public string PutBinary(string region, string name, byte[] bytes) => Put(region, name, new StoredVersion(null, bytes, []), null);

    /// <summary>The whole name of a secret.</summary>
    public string Arn(string region, string name)
    {
        lock (_gate)
            return _secrets[(region, name)].Arn;
    }

    /// <summary>Marks a secret for deletion.</summary>
    public void Delete(string region, string name)
    {
        lock (_gate)
            _secrets[(region, name)].DeletedAt = Now;
    }

    /// <summary>Makes a parameter, or a new version of one, with these labels. Gives the version's number.</summary>
    public int PutParameter(string region, string name, string value, params string[] labels)
    {
        lock (_gate)
        {
            if (!_parameters.TryGetValue((region, name), out var versions))
                _parameters[(region, name)] = versions = [];
            versions.Add(new StoredParameter(value, []));
            foreach (var label in labels)
                Label(versions, label, versions.Count);
            return versions.Count;
        }
    }

    private string Put(string region, string name, StoredVersion version, string? stage)
    {
        lock (_gate)
        {
            if (!_secrets.TryGetValue((region, name), out var secret))
                _secrets[(region, name)] = secret = new StoredSecret($"arn:aws:secretsmanager:{region}:{Account}:secret:{name}-{Letters(_secrets.Count)}", name);
            var id = $"00000000-0000-4000-8000-{++_number:d12}";
            secret.Versions.Add(id, version);
            if ((stage ?? Current) == Current)
            {
                if (secret.Versions.FirstOrDefault(one => one.Value.Stages.Contains(Current)).Key is { } before)
                    Move(secret, Previous, before);
                Move(secret, Current, id);
            }
            else
            {
                Move(secret, stage!, id);
            }
            return id;
        }
    }

    private static void Move(StoredSecret secret, string stage, string to)
    {
        foreach (var version in secret.Versions.Values)
            version.Stages.Remove(stage);
        secret.Versions[to].Stages.Add(stage);
    }

    private static void Label(List<StoredParameter> versions, string label, int number)
    {
        foreach (var version in versions)
            version.Labels.Remove(label);
        versions[number - 1].Labels.Add(label);
    }

    private static string Letters(int number) => string.Concat(Enumerable.Range(0, 6).Select(i => (char)('a' + (number >> (4 * i) & 15))));

    private JsonObject AnswerSecrets(Question question) => question.Operation switch
    {
        "GetSecretValue" => GetSecretValue(question, Text(question.Arguments, "SecretId")),
        "BatchGetSecretValue" => BatchGetSecretValue(question),
        "DescribeSecret" => DescribeSecret(question),
        "CreateSecret" or "PutSecretValue" => Created(question),
        "DeleteSecret" => Deleted(question),
        _ => throw new Refusal(400, "UnknownOperationException", ""),
    };

    private JsonObject GetSecretValue(Question question, string id)
    {
        var secret = Find(question, id);
        if (secret.DeletedAt is not null)
            throw new Refusal(400, "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.");
        var (version, stage) = (Text(question.Arguments, "VersionId"), Text(question.Arguments, "VersionStage"));
        var wanted = version.Length == 0 && stage.Length == 0 ? Current : stage;
        var found = secret.Versions.FirstOrDefault(one => (version.Length == 0 || one.Key == version) && (wanted.Length == 0 || one.Value.Stages.Contains(wanted)));
        if (found.Key is null)
            throw new Refusal(400, "ResourceNotFoundException", $"Secrets Manager can't find the specified secret value for {(version.Length > 0 ? $"VersionId: {version}" : $"staging label: {wanted}")}");
        return Value(secret, found.Key, found.Value);
    }

    private JsonObject BatchGetSecretValue(Question question)
    {
        Authorise(question, "secretsmanager", "*");
        var ids = question.Arguments["SecretIdList"]?.AsArray().Select(id => (string)id!).ToList() ?? throw new Refusal(400, "InvalidParameterException", "You must specify either SecretIdList or Filters");
        if (ids.Count is 0 or > 20)
            throw new Refusal(400, "ValidationException", "1 validation error detected: Value at 'secretIdList' failed to satisfy constraint: Member must have length less than or equal to 20");
        var (values, errors) = (new JsonArray(), new JsonArray());
        foreach (var id in ids)
        {
            try
            {
                values.Add(GetSecretValue(question with { Operation = "GetSecretValue", Arguments = [] }, id));
            }
            catch (Refusal refusal)
            {
                errors.Add(new JsonObject { ["SecretId"] = id, ["ErrorCode"] = refusal.Code, ["Message"] = refusal.Message });
            }
        }
        return new JsonObject { ["SecretValues"] = values, ["Errors"] = errors };
    }

    private JsonObject DescribeSecret(Question question)
    {
        var secret = Find(question, Text(question.Arguments, "SecretId"));
        var described = new JsonObject
        {
            ["ARN"] = secret.Arn,
            ["Name"] = secret.Name,
            ["VersionIdsToStages"] = new JsonObject(secret.Versions.Where(version => version.Value.Stages.Count > 0).Select(version
                => KeyValuePair.Create(version.Key, (JsonNode?)new JsonArray([.. version.Value.Stages.Select(stage => (JsonNode)stage)])))),
            ["CreatedDate"] = 1767268800.123,
        };
        if (secret.DeletedAt is { } deleted)
            described["DeletedDate"] = deleted.ToUnixTimeSeconds();
        return described;
    }

    private JsonObject Created(Question question)
    {
        var name = Text(question.Arguments, question.Operation == "CreateSecret" ? "Name" : "SecretId");
        Authorise(question, "secretsmanager", name);
        var text = question.Arguments["SecretString"]?.ToString();
        var version = Put(question.Region, name, new StoredVersion(text, text is null ? Convert.FromBase64String(Text(question.Arguments, "SecretBinary")) : null, []), null);
        return new JsonObject { ["ARN"] = _secrets[(question.Region, name)].Arn, ["Name"] = name, ["VersionId"] = version };
    }

    private JsonObject Deleted(Question question)
    {
        var secret = Find(question, Text(question.Arguments, "SecretId"));
        secret.DeletedAt = Now;
        return new JsonObject { ["ARN"] = secret.Arn, ["Name"] = secret.Name, ["DeletionDate"] = Now.AddDays(30).ToUnixTimeSeconds() };
    }

    /// <summary>By name, by ARN, or by ARN without the letters at its end. Who may not read it is not told whether it exists.</summary>
    private StoredSecret Find(Question question, string id)
    {
        var secret = _secrets.Where(one => one.Key.Region == question.Region).Select(one => one.Value).FirstOrDefault(one => one.Name == id || one.Arn == id || one.Arn[..^7] == id);
        Authorise(question, "secretsmanager", secret?.Name ?? id);
        return secret ?? throw new Refusal(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    }

    private static JsonObject Value(StoredSecret secret, string id, StoredVersion version)
    {
        var value = new JsonObject
        {
            ["ARN"] = secret.Arn,
            ["Name"] = secret.Name,
            ["VersionId"] = id,
            ["VersionStages"] = new JsonArray([.. version.Stages.Select(stage => (JsonNode)stage)]),
            ["CreatedDate"] = 1767268800.123,
        };
        if (version.Text is { } text)
            value["SecretString"] = text;
        else
            value["SecretBinary"] = Convert.ToBase64String(version.Bytes!);
        return value;
    }

    private JsonObject AnswerParameters(Question question) => question.Operation switch
    {
        "GetParameters" => GetParameters(question),
        "PutParameter" => new JsonObject { ["Version"] = PutParameter(question.Region, Text(question.Arguments, "Name"), Text(question.Arguments, "Value")), ["Tier"] = "Standard" },
        "LabelParameterVersion" => Labelled(question),
        _ => throw new Refusal(400, "UnknownOperationException", ""),
    };

    private JsonObject GetParameters(Question question)
    {
        var names = question.Arguments["Names"]?.AsArray().Select(name => (string)name!).ToList() ?? [];
        if (names.Count is 0 or > 10)
            throw new Refusal(400, "ValidationException", "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to 10");
        var (found, invalid) = (new JsonArray(), new JsonArray());
        foreach (var name in names)
        {
            if (Parameter(question, name) is { } parameter)
                found.Add(parameter);
            else
                invalid.Add(name);
        }
        return new JsonObject { ["Parameters"] = found, ["InvalidParameters"] = invalid };
    }

    private JsonObject? Parameter(Question question, string asked)
    {
        const string Resource = ":parameter/";
        var isArn = asked.StartsWith("arn:", StringComparison.Ordinal);
        var plain = isArn ? asked[(asked.IndexOf(Resource, StringComparison.Ordinal) + Resource.Length - 1)..] : asked;
        var (name, selector) = plain.Split(':') is [var bare, var chosen] ? (bare, chosen) : (plain, "");
        Authorise(question, "ssm", name);
        if (!_parameters.TryGetValue((question.Region, name), out var versions))
            return null;
        var number = selector.Length == 0 ? versions.Count
            : int.TryParse(selector, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given
            : versions.FindIndex(version => version.Labels.Contains(selector)) + 1;
        if (number < 1 || number > versions.Count)
            return null;
        var parameter = new JsonObject
        {
            ["ARN"] = $"arn:aws:ssm:{question.Region}:{Account}:parameter{(name.StartsWith('/') ? "" : "/")}{name}",
            ["DataType"] = "text",
            ["LastModifiedDate"] = 1767268800.123,
            ["Name"] = name,
            ["Type"] = "SecureString",
            ["Value"] = question.Arguments["WithDecryption"]?.GetValue<bool>() is true ? versions[number - 1].Value : "AQICAHg=",
            ["Version"] = number,
        };
        if (selector.Length > 0)
            parameter["Selector"] = ":" + selector;
        return parameter;
    }

    private JsonObject Labelled(Question question)
    {
        var versions = _parameters[(question.Region, Text(question.Arguments, "Name"))];
        var number = question.Arguments["ParameterVersion"]?.GetValue<int>() ?? versions.Count;
        foreach (var label in question.Arguments["Labels"]!.AsArray())
            Label(versions, (string)label!, number);
        return new JsonObject { ["InvalidLabels"] = new JsonArray(), ["ParameterVersion"] = number };
    }

    private sealed record StoredSecret(string Arn, string Name)
    {
        public Dictionary<string, StoredVersion> Versions { get; } = [];

        public DateTimeOffset? DeletedAt { get; set; }
    }

    private sealed record StoredVersion(string? Text, byte[]? Bytes, List<string> Stages);

    private sealed record StoredParameter(string Value, List<string> Labels);
}
