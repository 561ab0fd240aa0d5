using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>What a volume's request grain remembers across restarts.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.CertificateRequestRecord")]
internal sealed record CertificateRequestRecord
{
    /// <summary>The request in hand; null when the next one is a new one.</summary>
    [Id(0)]
    public RequestInHand? InHand { get; init; }

    /// <summary>Requests that are of no use any more, and are still in the cluster.</summary>
    [Id(1)]
    public ImmutableArray<RequestName> Former { get => field.IsDefault ? [] : field; init; }

    /// <summary>Since when no volume has wanted anything.</summary>
    [Id(2)]
    public DateTimeOffset? ReleasedAt { get; init; }
}

/// <summary>A request and the key that it was made with.</summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.RequestInHand")]
internal sealed record RequestInHand
{
    /// <summary>The request.</summary>
    [Id(0)]
    public required RequestName Name { get; init; }

    /// <summary>A fingerprint of the order that it is for.</summary>
    [Id(1)]
    public required string Order { get; init; }

    /// <summary>The kind of the key.</summary>
    [Id(2)]
    public required string KeyType { get; init; }

    /// <summary>The private key (PKCS#8); null when a restart has made us forget it, for it is kept in memory only. Then the request is of no use.</summary>
    [Id(3)]
    public Secret? Key { get; init; }

    /// <summary>The PKCS#10 request, as PEM.</summary>
    [Id(4)]
    public required byte[] SigningRequest { get; init; }

    /// <summary>The serial number of the certificate that came of it; null as long as there is none.</summary>
    [Id(5)]
    public string? Serial { get; init; }
}

/// <summary>What the host must know of certificate requests: where they are remembered, and how they are written to files.</summary>
public static class CertificateRequests
{
    /// <summary>The grain storage that holds the records.</summary>
    public const string StorageName = "certificate-requests";

    /// <summary>As <see cref="VolumeRecordJson.Options"/>.</summary>
    public static JsonSerializerOptions RecordOptions(bool secretsToo)
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = CertificateRequestRecordJsonContext.Default };
        options.Converters.Add(SecretConverters.For(secretsToo));
        return options;
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(CertificateRequestRecord))]
internal sealed partial class CertificateRequestRecordJsonContext : JsonSerializerContext;
