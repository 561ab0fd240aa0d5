using System.Text.Json.Serialization;
using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Kubernetes;

/// <summary>How the kinds are written: camelCase, and what is null is left out, so that server-side apply claims only what is said.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(ListMeta))]
[JsonSerializable(typeof(BookmarkObject))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(V1Pod))]
[JsonSerializable(typeof(V1Secret))]
[JsonSerializable(typeof(V1Event))]
[JsonSerializable(typeof(V1ServiceAccount))]
[JsonSerializable(typeof(V1Node))]
[JsonSerializable(typeof(V1CsiDriver))]
[JsonSerializable(typeof(V1SelfSubjectAccessReview))]
[JsonSerializable(typeof(V1CertificateRequest))]
[JsonSerializable(typeof(V1CertificateSigningRequest))]
[JsonSerializable(typeof(V1ClusterTrustBundle))]
[JsonSerializable(typeof(V1ConfigMap))]
[JsonSerializable(typeof(V1SecretProviderClass))]
[JsonSerializable(typeof(V1SecretProviderClassPodStatus))]
internal sealed partial class KubernetesJson : JsonSerializerContext;

/// <summary>metadata of a list.</summary>
internal sealed record ListMeta(string? ResourceVersion, string? Continue);

/// <summary>What a bookmark holds of an object.</summary>
internal sealed record BookmarkObject(ObjectMeta Metadata);

/// <summary>meta/v1 DeleteOptions, as far as it is used.</summary>
internal sealed record DeleteOptions(Preconditions? Preconditions)
{
    public string ApiVersion { get; } = "v1";

    public string Kind { get; } = "DeleteOptions";
}

/// <summary>What <c>/version</c> answers, as far as it is used.</summary>
internal sealed record VersionInfo(string? GitVersion);
