using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Issuance;

namespace ActorCsi.Silo.Serve;

/// <summary>What <c>serve</c> was told. <see cref="ServeCommand"/> says what each is for; an empty text means "not given".</summary>
internal sealed record ServeOptions
{
    public required string Endpoint { get; init; }
    public required string DriverName { get; init; }
    public required string NodeId { get; init; }
    public required string StateDirectory { get; init; }
    public required string RegistrationDirectory { get; init; }
    public required string KubeletEndpoint { get; init; }
    public required long MaxVolumesPerNode { get; init; }
    public required TimeSpan DrainTimeout { get; init; }
    public required string Kubernetes { get; init; }
    public required string Classes { get; init; }
    public required IReadOnlyList<string> ProviderDirectories { get; init; }
    public required bool PreferBuiltIn { get; init; }
    public required IReadOnlyList<string> ProviderAudiences { get; init; }
    public required TimeSpan ProviderTimeout { get; init; }
    public required int MaxReceiveMessageSize { get; init; }
    public required TimeSpan? PollInterval { get; init; }
    public required TimeSpan OutageAllowance { get; init; }
    public required long VolumeSizeBytes { get; init; }
    public required long VolumeInodes { get; init; }
    public required string PkiCertificate { get; init; }
    public required string PkiKey { get; init; }
    public required string PkiTrusted { get; init; }
    public required CertificateRequester CertificatesRequestedBy { get; init; }
    public required NodeIdentities NodeIdentities { get; init; }
    public required string SpiffeIssuer { get; init; }
    public required string SpiffeTrusted { get; init; }
    public required IReadOnlyList<string> InlineDefaults { get; init; }
    public required string MetricsAddress { get; init; }
    public required string OtlpEndpoint { get; init; }
    public required string OtlpProtocol { get; init; }
    public required bool JsonLog { get; init; }
    public required long Verbosity { get; init; }
    public required DateTimeOffset? Clock { get; init; }
    public required double ClockRate { get; init; }
}
