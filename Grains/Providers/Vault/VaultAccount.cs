using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// Whose login it is, where and how: two volumes with equal accounts share one. All of it is in the class and the pod's identity, none of it is secret.
/// </summary>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultAccount")]
internal sealed record VaultAccount
{
    /// <summary>The provider's name.</summary>
    [Id(0)]
    public required string Provider { get; init; }

    /// <summary>The server's address.</summary>
    [Id(1)]
    public required string Address { get; init; }

    /// <summary>The server's namespace; empty for the root.</summary>
    [Id(2)]
    public required string Namespace { get; init; }

    /// <summary>Where the auth method is mounted, without slashes around.</summary>
    [Id(3)]
    public required string AuthMount { get; init; }

    /// <summary>The role of the auth method.</summary>
    [Id(4)]
    public required string Role { get; init; }

    /// <summary>The namespace of the pods.</summary>
    [Id(5)]
    public required string PodNamespace { get; init; }

    /// <summary>The service account of the pods.</summary>
    [Id(6)]
    public required string ServiceAccount { get; init; }

    /// <summary>The uid of the pod, where each pod is to have a login of its own; else empty.</summary>
    [Id(7)]
    public string PodUid { get; init; } = "";

    /// <summary>See <see cref="HttpEndpoint.CaFile"/>.</summary>
    [Id(8)]
    public string? CaFile { get; init; }

    /// <summary>See <see cref="HttpEndpoint.CaDirectory"/>.</summary>
    [Id(9)]
    public string? CaDirectory { get; init; }

    /// <summary>See <see cref="HttpEndpoint.ServerName"/>.</summary>
    [Id(10)]
    public string? ServerName { get; init; }

    /// <summary>See <see cref="HttpEndpoint.ClientCertificateFile"/>.</summary>
    [Id(11)]
    public string? ClientCertificateFile { get; init; }

    /// <summary>See <see cref="HttpEndpoint.ClientKeyFile"/>.</summary>
    [Id(12)]
    public string? ClientKeyFile { get; init; }

    /// <summary>See <see cref="HttpEndpoint.SkipsVerification"/>.</summary>
    [Id(13)]
    public bool SkipsVerification { get; init; }

    /// <summary>The audience of the token that is shown at login: two audiences are two logins.</summary>
    [Id(14)]
    public required string Audience { get; init; }

    /// <summary>The key of the account's grain: every field, escaped, joined by slashes. Nothing that differs is left out, so that nothing that differs is shared.</summary>
    public string Key => string.Join('/', new[]
    {
        Provider, PodNamespace, ServiceAccount, PodUid, Address, Namespace, AuthMount, Role, Audience,
        CaFile, CaDirectory, ServerName, ClientCertificateFile, ClientKeyFile, SkipsVerification ? "unverified" : "",
    }.Select(part => Uri.EscapeDataString(part ?? "")));

    public HttpEndpoint Endpoint => new(new Uri(Address))
    {
        CaFile = CaFile,
        CaDirectory = CaDirectory,
        ServerName = ServerName,
        ClientCertificateFile = ClientCertificateFile,
        ClientKeyFile = ClientKeyFile,
        SkipsVerification = SkipsVerification,
    };

    /// <summary>For messages and logs: <c>vault at https://vault.example.com:8200</c>.</summary>
    public override string ToString() => $"{Provider} at {new Uri(Address).GetLeftPart(UriPartial.Authority)}";
}
