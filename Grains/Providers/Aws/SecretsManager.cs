using System.Collections.Immutable;
using System.Text.Json;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>
/// Secrets Manager of one region.
/// <code>
///   several secrets in their current version ─▶ BatchGetSecretValue, 20 at a time, where the role may
///   any other, and what a batch left open ─────▶ GetSecretValue, some side by side
/// </code>
/// </summary>
internal sealed class SecretsManager(AwsSession session)
{
    private const string Service = AwsEndpoints.SecretsManager;
    private const string Current = "AWSCURRENT";
    private const int BatchSize = 20; // the API's own bound
    private const int SideBySide = 8;

    /// <summary>What became of each read.</summary>
    /// <exception cref="VolumeException">There are no keys to ask with.</exception>
    public async Task<ImmutableDictionary<AwsRead, AwsOutcome>> Read(IReadOnlyCollection<AwsRead> reads, CancellationToken cancellationToken)
    {
        var outcomes = ImmutableDictionary.CreateBuilder<AwsRead, AwsOutcome>();
        foreach (var batch in await Batches(reads, cancellationToken))
            outcomes.AddRange(await ReadBatch(batch, cancellationToken));
        foreach (var group in reads.Where(read => !outcomes.ContainsKey(read)).ToList().Chunk(SideBySide))
            outcomes.AddRange(await Task.WhenAll(group.Select(async read => KeyValuePair.Create(read, await ReadOne(read, cancellationToken)))));
        return outcomes.ToImmutable();
    }

    /// <summary>How many questions <see cref="Read"/> asks for these.</summary>
    public async Task<int> Questions(IReadOnlyCollection<AwsRead> reads, CancellationToken cancellationToken)
    {
        var batches = await Batches(reads, cancellationToken);
        return batches.Count + reads.Count - batches.Sum(batch => batch.Length);
    }

    /// <summary>
    /// Whether <paramref name="version"/> is still what <paramref name="read"/> asks for. Costs less than reading: nothing is decrypted, and nothing secret moves. Null where
    /// the role may not ask.
    /// </summary>
    /// <exception cref="VolumeException">It cannot be learned.</exception>
    public async Task<bool?> IsStill(AwsRead read, string version, CancellationToken cancellationToken)
    {
        var login = await session.Login(cancellationToken);
        if (login.MayNotDescribe)
            return null;
        using var answer = await Call("DescribeSecret", json => json.WriteString("SecretId", read.Name), cancellationToken);
        if (answer.IsDenied)
        {
            login.MayNotDescribe = true;
            return null;
        }
        if (!answer.Http.IsSuccess)
            throw session.Failure(read, answer);
        if (answer.Json is not { } secret)
            throw session.Garbage(read, "a description");
        return secret.TryGetProperty("VersionIdsToStages", out var stages) && stages.ValueKind is JsonValueKind.Object
            && AwsJson.List(stages, version).Any(stage => stage.ValueEquals(read.Label.Length > 0 ? read.Label : Current));
    }

    private async Task<IReadOnlyList<AwsRead[]>> Batches(IReadOnlyCollection<AwsRead> reads, CancellationToken cancellationToken)
    {
        var current = reads.Where(read => read.Version.Length == 0 && read.Label is "" or Current).DistinctBy(read => read.Name).ToList();
        return current.Count > 1 && !(await session.Login(cancellationToken)).MayNotBatch ? [.. current.Chunk(BatchSize)] : [];
    }

    /// <summary>The outcomes that a batch tells. What it leaves open is asked for one by one.</summary>
    private async Task<ImmutableDictionary<AwsRead, AwsOutcome>> ReadBatch(AwsRead[] batch, CancellationToken cancellationToken)
    {
        var login = await session.Login(cancellationToken);
        using var answer = await Call("BatchGetSecretValue", json =>
        {
            json.WriteStartArray("SecretIdList");
            foreach (var read in batch)
                json.WriteStringValue(read.Name);
            json.WriteEndArray();
        }, cancellationToken);
        var outcomes = ImmutableDictionary.CreateBuilder<AwsRead, AwsOutcome>();
        if (answer.IsDenied)
        {
            login.MayNotBatch = true;
            return outcomes.ToImmutable();
        }
        if (!answer.Http.IsSuccess)
        {
            // One name that is none spoils the batch; one by one it is found out which.
            foreach (var read in batch)
                if (session.Failure(read, answer) is { Error: not (VolumeError.Invalid or VolumeError.NotFound) } failure)
                    outcomes.Add(read, AwsOutcome.Of(failure));
            return outcomes.ToImmutable();
        }
        if (answer.Json is not { } root)
            throw session.Garbage(batch[0], "secrets");
        foreach (var secret in AwsJson.List(root, "SecretValues"))
            if (batch.FirstOrDefault(read => IsOf(read, secret)) is { } read && Value(secret) is { } value)
                outcomes[read] = AwsOutcome.Of(value);
        foreach (var error in AwsJson.List(root, "Errors"))
            if (batch.FirstOrDefault(read => read.Name == AwsJson.Text(error, "SecretId")) is { } read)
                outcomes[read] = AwsOutcome.Of(session.Failure(read, AwsJson.Text(error, "ErrorCode") ?? "", AwsJson.Text(error, "Message") ?? ""));
        return outcomes.ToImmutable();
    }

    private async Task<AwsOutcome> ReadOne(AwsRead read, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Call("GetSecretValue", json =>
            {
                json.WriteString("SecretId", read.Name);
                if (read.Version.Length > 0)
                    json.WriteString("VersionId", read.Version);
                if (read.Label.Length > 0)
                    json.WriteString("VersionStage", read.Label);
            }, cancellationToken);
            if (!answer.Http.IsSuccess)
                return AwsOutcome.Of(session.Failure(read, answer));
            return answer.Json is { } secret && Value(secret) is { } value ? AwsOutcome.Of(value) : AwsOutcome.Of(session.Garbage(read, "a secret with a version"));
        }
        catch (VolumeException failure)
        {
            return AwsOutcome.Of(failure);
        }
    }

    private Task<AwsAnswer> Call(string operation, Action<Utf8JsonWriter> arguments, CancellationToken cancellationToken)
        => session.Call(Service, $"secretsmanager.{operation}", arguments, cancellationToken);

    /// <summary>By its name, its ARN, or its ARN without the six letters that end it.</summary>
    private static bool IsOf(AwsRead read, JsonElement secret)
        => AwsJson.Text(secret, "Name") == read.Name
            || (AwsJson.Text(secret, "ARN") is { } arn && (arn == read.Name || (arn.Length == read.Name.Length + 7 && arn.StartsWith(read.Name + "-", StringComparison.Ordinal))));

    private static AwsValue? Value(JsonElement secret)
    {
        if (AwsJson.Text(secret, "VersionId") is not { } version)
            return null;
        if (secret.TryGetProperty("SecretString", out var text) && text.ValueKind is JsonValueKind.String)
            return new AwsValue(AwsJson.SecretText(text), version);
        return secret.TryGetProperty("SecretBinary", out var binary) && binary.ValueKind is JsonValueKind.String && binary.TryGetBytesFromBase64(out var bytes)
            ? new AwsValue(new Secret(bytes), version) : null;
    }
}
