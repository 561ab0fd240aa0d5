using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>The Parameter Store (SSM) of one region: GetParameters, 10 at a time.</summary>
internal sealed class ParameterStore(AwsSession session)
{
    private const int BatchSize = 10; // the API's own bound

    /// <summary>What became of each read.</summary>
    public async Task<ImmutableDictionary<AwsRead, AwsOutcome>> Read(IReadOnlyCollection<AwsRead> reads, CancellationToken cancellationToken)
    {
        var batches = reads.Chunk(BatchSize).Select(batch => AwsOutcome.Each(batch, () => ReadBatch(batch, cancellationToken)));
        return (await Task.WhenAll(batches)).SelectMany(batch => batch).ToImmutableDictionary();
    }

    private async Task<ImmutableDictionary<AwsRead, AwsOutcome>> ReadBatch(AwsRead[] batch, CancellationToken cancellationToken)
    {
        using var answer = await session.Call(AwsEndpoints.Ssm, "AmazonSSM.GetParameters", json =>
        {
            json.WriteStartArray("Names");
            foreach (var read in batch)
                json.WriteStringValue(NameOf(read));
            json.WriteEndArray();
            json.WriteBoolean("WithDecryption", true);
        }, cancellationToken);
        if (!answer.Http.IsSuccess)
            return batch.ToImmutableDictionary(read => read, read => AwsOutcome.Of(session.Failure(read, answer)));
        if (answer.Json is not { } root)
            throw session.Garbage(batch[0], "parameters");
        var found = AwsJson.List(root, "Parameters").ToList();
        var invalid = AwsJson.List(root, "InvalidParameters").Select(name => name.GetString()).ToHashSet(StringComparer.Ordinal);
        return batch.ToImmutableDictionary(read => read, read => invalid.Contains(NameOf(read))
            ? AwsOutcome.Of(session.Failure(read, "ParameterNotFound", $"there is no {Words.Clip(NameOf(read))}"))
            : Value(found.FirstOrDefault(parameter => IsOf(read, parameter))) is { } value ? AwsOutcome.Of(value) : AwsOutcome.Of(session.Garbage(read, "a parameter with a version")));
    }

    /// <summary>With the version or the label behind a colon, which the API calls a selector.</summary>
    private static string NameOf(AwsRead read)
        => read.Version.Length > 0 ? $"{read.Name}:{read.Version}" : read.Label.Length > 0 ? $"{read.Name}:{read.Label}" : read.Name;

    /// <summary>By name or ARN, each with the selector: two labels of one parameter are two answers.</summary>
    private static bool IsOf(AwsRead read, JsonElement parameter)
    {
        var selector = AwsJson.Text(parameter, "Selector") is { } text ? ":" + text.TrimStart(':') : "";
        return AwsJson.Text(parameter, "Name") + selector == NameOf(read) || AwsJson.Text(parameter, "ARN") + selector == NameOf(read);
    }

    private static AwsValue? Value(JsonElement parameter)
        => parameter.ValueKind is JsonValueKind.Object && parameter.TryGetProperty("Value", out var text) && text.ValueKind is JsonValueKind.String
            && parameter.TryGetProperty("Version", out var version) && version.TryGetInt64(out var number)
            ? new AwsValue(AwsJson.SecretText(text), number.ToString(CultureInfo.InvariantCulture)) : null;
}
