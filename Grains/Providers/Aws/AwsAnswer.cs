using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Aws;

/// <summary>An answer of one of the services. Who receives it disposes of it.</summary>
internal sealed class AwsAnswer : IDisposable
{
    private static readonly XmlReaderSettings Plain = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    private readonly JsonDocument? _json;

    public AwsAnswer(HttpAnswer http)
    {
        Http = http;
        _json = AnswerJson.Object(http.Body);
        Xml = _json is null ? ReadXml(http.Body) : null;
        if (!http.IsSuccess)
            (Code, Said) = (CodeOf(), SaidOf());
    }

    /// <summary>It as HTTP has it.</summary>
    public HttpAnswer Http { get; }

    /// <summary>The service's name for what went wrong, such as <c>ResourceNotFoundException</c>; empty when nothing did, or when it has none.</summary>
    public string Code { get; } = "";

    /// <summary>The service's own words for it.</summary>
    public string Said { get; } = "";

    /// <summary>What it holds, where that is JSON.</summary>
    public JsonElement? Json => _json?.RootElement;

    /// <summary>What it holds, where that is XML.</summary>
    public XElement? Xml { get; }

    /// <summary>The keys are not known there (any more).</summary>
    public bool KeysAreRefused => Code is "ExpiredTokenException" or "ExpiredToken" or "UnrecognizedClientException" or "InvalidClientTokenId";

    /// <summary>The keys are known, and may not do it.</summary>
    public bool IsDenied => Code is "AccessDeniedException" or "AccessDenied";

    /// <summary>The signature was made at a time that is too far from the server's.</summary>
    public bool SignatureIsOutOfTime => Code is "RequestExpired" or "RequestTimeTooSkewed" or "RequestInTheFuture" or "InvalidSignatureException" or "SignatureDoesNotMatch";

    /// <summary>The text of the first element of that name, in XML; null when there is none.</summary>
    public string? Element(string name) => Xml?.DescendantsAndSelf().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        _json?.Dispose();
        Http.Dispose();
    }

    /// <summary><c>com.amazonaws.secretsmanager#ResourceNotFoundException</c>, with or without what stands before the #; some services add a URL behind a colon.</summary>
    private string CodeOf()
    {
        var code = (Json is { } json ? AwsJson.Text(json, "__type") ?? AwsJson.Text(json, "code") : Element("Code")) ?? "";
        return code[(code.IndexOf('#') + 1)..].Split(':')[0];
    }

    private string SaidOf() => (Json is { } json ? AwsJson.Text(json, "message") ?? AwsJson.Text(json, "Message") : Element("Message")) ?? "";

    private static XElement? ReadXml(Secret body)
    {
        try
        {
            using var stream = new MemoryStream(body.Expose().ToArray());
            using var reader = XmlReader.Create(stream, Plain);
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
