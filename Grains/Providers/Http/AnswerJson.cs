using System.Text.Json;

namespace ActorCsi.Grains.Providers.Http;

/// <summary>JSON of answers, which may be anything.</summary>
internal static class AnswerJson
{
    /// <summary>The object in <paramref name="body"/>; null when it holds none. The caller disposes of it before the body is erased.</summary>
    public static JsonDocument? Object(Secret body)
    {
        try
        {
            var json = JsonDocument.Parse(body.ExposeMemory());
            if (json.RootElement.ValueKind is JsonValueKind.Object)
                return json;
            json.Dispose();
        }
        catch (JsonException)
        {
            // as good as none
        }
        return null;
    }
}
