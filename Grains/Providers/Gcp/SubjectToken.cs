using System.Text.Json;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>The driver's own token for a pool, from the file that its credentials name: as text, or in a field of a JSON object.</summary>
internal static class SubjectToken
{
    /// <exception cref="VolumeException">There is none.</exception>
    public static async Task<Secret> Read(GcpCredentials.Federation source, CancellationToken cancellationToken)
    {
        if (source.File is not { } path)
            throw new VolumeException(VolumeError.Invalid, "the driver's credentials have no credential_source.file, and tokens from elsewhere are not taken");
        try
        {
            var content = new Secret(await File.ReadAllBytesAsync(path, cancellationToken));
            return source.FileField is { } field ? Field(content, field) : Secret.FromText(content.ExposeText().Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new VolumeException(VolumeError.Invalid, $"the driver's token in {Words.Clip(path)} cannot be read: {e.Message}");
        }
    }

    private static Secret Field(Secret content, string field)
    {
        try
        {
            using var json = JsonDocument.Parse(content.ExposeMemory());
            if (json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty(field, out var token) && token.GetString() is { Length: > 0 } text)
                return Secret.FromText(text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // said below
        }
        throw new FormatException($"it is no JSON object with a text in '{Words.Clip(field)}'");
    }
}
