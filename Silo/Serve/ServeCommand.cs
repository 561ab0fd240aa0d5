using System.CommandLine;
using System.Globalization;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Issuance;

namespace ActorCsi.Silo.Serve;

/// <summary><c>actorcsi serve</c>. The peer's flags keep their names where they mean the same.</summary>
internal sealed class ServeCommand : Command
{
    private readonly Setting<string> _endpoint = new("endpoint", "unix:///csi/csi.sock", "Where kubelet finds the CSI socket.", Text, "CSI_ENDPOINT");
    private readonly Setting<string> _driverName = new("drivername", "csi.actorcsi.io", "The driver's name, as in the CSIDriver object.", Text);
    private readonly Setting<string> _nodeId = new("nodeid", Environment.MachineName, "The node's name.", Text, "KUBE_NODE_NAME");
    private readonly Setting<string> _stateDir = new("state-dir", "/run/actorcsi", "Where volumes are remembered across restarts. Tokens are kept only when it lies in memory (tmpfs).", Path.GetFullPath);
    private readonly Setting<string> _registrationDir = new("registration-dir", "", "kubelet's plugins_registry; when given, the driver registers itself and needs no sidecar.", Text);
    private readonly Setting<string> _kubeletEndpoint = new("kubelet-endpoint", "", "The CSI socket's path as kubelet sees it, when that differs from --endpoint.", Text);
    private readonly Setting<long> _maxVolumes = new("max-volumes-per-node", "0", "How many volumes the node may have; 0 sets no limit.", Whole);
    private readonly Setting<TimeSpan> _drainTimeout = new("drain-timeout", "20s", "How long calls in flight may take to finish after SIGTERM.", GoDuration.Parse);
    private readonly Setting<string> _kubernetes = new("kubernetes", ClusterOption.Auto, "The API server: auto (the pod's service account, if there is one), off, or the path of a kubeconfig.", Text);
    private readonly Setting<string> _classes = new("classes", "", "A directory of SecretProviderClass YAML files. They take the place of the cluster's classes of the same names.", Text);
    private readonly Setting<string[]> _providerVolume = new("provider-volume", "/var/run/secrets-store-csi-providers", "The directory of provider sockets that is looked into last.", Words);
    private readonly Setting<string[]> _moreProviderVolumes = new("additional-provider-volume-paths", "/etc/kubernetes/secrets-store-csi-providers", "Directories of provider sockets that are looked into first, joined by commas.", Words);
    private readonly Setting<bool> _preferBuiltIn = new("prefer-built-in", "false", "A built-in provider wins over a plugin of the same name.", YesNo);
    private readonly Setting<string[]> _providerAudiences = new("provider-audiences", "", "Which audiences' tokens a plugin is given: name=audience, joined by commas and repeated for several. A plugin that is not named gets all.", Words);
    private readonly Setting<TimeSpan> _providerTimeout = new("provider-timeout", "30s", "How long a provider may take for one fetch.", GoDuration.Parse);
    private readonly Setting<long> _maxMessage = new("max-call-recv-msg-size", "4194304", "The largest answer of a plugin, in bytes.", Whole);
    private readonly Setting<bool> _rotation = new("enable-secret-rotation", "true", "Content is renewed while pods run.", YesNo);
    private readonly Setting<TimeSpan> _pollInterval = new("rotation-poll-interval", "2m", "How often a provider is asked that does not say when its content ends.", GoDuration.Parse);
    private readonly Setting<TimeSpan> _outageAllowance = new("outage-allowance", "30m", "For how long a provider may be down without content ending: what expires is renewed that much earlier, if it lives twice as long. 0 makes no allowance.", GoDuration.Parse);
    private readonly Setting<long> _volumeSize = new("volume-size", "16777216", "The most that one volume's files may take, in bytes.", Whole);
    private readonly Setting<long> _volumeInodes = new("volume-inodes", "4096", "The most files, directories and links of one volume.", Whole);
    private readonly Setting<string> _pkiCertificate = new("pki-ca-cert", "", "The certificate of the pki provider's authority; without it one is made in --state-dir.", Text);
    private readonly Setting<string> _pkiKey = new("pki-ca-key", "", "The key of that authority.", Text);
    private readonly Setting<string> _pkiTrusted = new("pki-trusted-certs", "", "The certificates that pods shall trust (ca.crt), where that is more than the authority's own root: the old root and the next one, say.", Text);
    private readonly Setting<CertificateRequester> _certificatesRequestedBy = new("certificates-requested-by", "pod", "As whom the providers cert-manager, spiffe and kubernetes request certificates: pod (with its own token) or driver.", Requester);
    private readonly Setting<NodeIdentities> _nodeIdentities = new("node-identities", "allowed", "Whether classes may act with an identity of the node in place of the pod's (gcp: provider-adc; azure: useVMManagedIdentity, usePodIdentity): allowed or refused.", Identities);
    private readonly Setting<string> _spiffeIssuer = new("spiffe-issuer-config-map", "", "The ConfigMap (NAMESPACE/NAME) that says which issuer the provider spiffe asks where a class names none: issuer-name, issuer-kind, issuer-group. Followed.", Text);
    private readonly Setting<string> _spiffeTrusted = new("spiffe-trusted-certs", "", "A file of the certificates that pods of the provider spiffe shall trust (ca.crt), where a class says none; without it the issuer says it. Followed.", Text);
    private readonly Setting<string[]> _inlineDefaults = new("inline-defaults", "", "Parameters of volumes that name no class (those of cert-manager's drivers), where their attributes say nothing: name=value, joined by commas.", Words);
    private readonly Setting<string> _metricsAddress = new("metrics-addr", ":8095", "Where /metrics, /healthz and /readyz are served over HTTP: :PORT or ADDRESS:PORT; empty for not at all.", Text);
    private readonly Setting<string> _otlpEndpoint = new("otlp-endpoint", "", "Where metrics and traces are sent by OTLP: http://HOST:PORT; empty for nowhere.", Text, "OTEL_EXPORTER_OTLP_ENDPOINT");
    private readonly Setting<string> _otlpProtocol = new("otlp-protocol", "grpc", "How: grpc or http/protobuf. For headers, sampling and the like, see OpenTelemetry's own environment variables.", Text, "OTEL_EXPORTER_OTLP_PROTOCOL");
    private readonly Setting<bool> _jsonLog = new("log-format-json", "false", "Log lines are JSON objects.", YesNo);
    private readonly Setting<long> _verbosity = new("v", "0", "How much is logged: 0 the normal run of things, 5 everything.", Whole);
    private readonly Setting<DateTimeOffset?> _clock = new("clock", "", "For demonstrations: the time that it is now.", Time) { Hidden = true };
    private readonly Setting<double> _clockRate = new("clock-rate", "1", "For demonstrations: how many seconds pass in one.", Rate) { Hidden = true };

    public ServeCommand() : base("serve", "Runs the driver on this node. Every option can stand in the environment too: ACTORCSI_ and its name in capitals, with underscores.")
    {
        foreach (Option option in (Option[])[
            _endpoint, _driverName, _nodeId, _stateDir, _registrationDir, _kubeletEndpoint, _maxVolumes, _drainTimeout,
            _kubernetes, _classes, _providerVolume, _moreProviderVolumes, _preferBuiltIn, _providerAudiences, _providerTimeout, _maxMessage,
            _rotation, _pollInterval, _outageAllowance, _volumeSize, _volumeInodes, _pkiCertificate, _pkiKey, _pkiTrusted, _certificatesRequestedBy, _nodeIdentities, _spiffeIssuer, _spiffeTrusted, _inlineDefaults,
            _metricsAddress, _otlpEndpoint, _otlpProtocol, _jsonLog, _verbosity, _clock, _clockRate])
            Add(option);
        SetAction((parsed, cancellationToken) => Node.Run(Read(parsed), cancellationToken));
    }

    /// <summary>What the command line and the environment say.</summary>
    internal ServeOptions Read(ParseResult parsed) => new()
    {
        Endpoint = _endpoint.Of(parsed),
        DriverName = _driverName.Of(parsed),
        NodeId = _nodeId.Of(parsed),
        StateDirectory = _stateDir.Of(parsed),
        RegistrationDirectory = _registrationDir.Of(parsed),
        KubeletEndpoint = _kubeletEndpoint.Of(parsed),
        MaxVolumesPerNode = _maxVolumes.Of(parsed),
        DrainTimeout = _drainTimeout.Of(parsed),
        Kubernetes = _kubernetes.Of(parsed),
        Classes = _classes.Of(parsed),
        ProviderDirectories = [.. _moreProviderVolumes.Of(parsed), .. _providerVolume.Of(parsed)],
        PreferBuiltIn = _preferBuiltIn.Of(parsed),
        ProviderAudiences = _providerAudiences.Of(parsed),
        ProviderTimeout = _providerTimeout.Of(parsed),
        MaxReceiveMessageSize = (int)Math.Min(_maxMessage.Of(parsed), int.MaxValue),
        PollInterval = _rotation.Of(parsed) ? _pollInterval.Of(parsed) : null,
        OutageAllowance = _outageAllowance.Of(parsed),
        VolumeSizeBytes = _volumeSize.Of(parsed),
        VolumeInodes = _volumeInodes.Of(parsed),
        PkiCertificate = _pkiCertificate.Of(parsed),
        PkiKey = _pkiKey.Of(parsed),
        PkiTrusted = _pkiTrusted.Of(parsed),
        CertificatesRequestedBy = _certificatesRequestedBy.Of(parsed),
        NodeIdentities = _nodeIdentities.Of(parsed),
        SpiffeIssuer = _spiffeIssuer.Of(parsed),
        SpiffeTrusted = _spiffeTrusted.Of(parsed),
        InlineDefaults = _inlineDefaults.Of(parsed),
        MetricsAddress = _metricsAddress.Of(parsed),
        OtlpEndpoint = _otlpEndpoint.Of(parsed),
        OtlpProtocol = _otlpProtocol.Of(parsed),
        JsonLog = _jsonLog.Of(parsed),
        Verbosity = _verbosity.Of(parsed),
        Clock = _clock.Of(parsed),
        ClockRate = _clockRate.Of(parsed),
    };

    private static string Text(string text) => text;

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool YesNo(string text) => bool.TryParse(text, out var yes) ? yes : throw new FormatException("expected true or false");

    private static CertificateRequester Requester(string text) => text switch
    {
        "pod" => CertificateRequester.Pod,
        "driver" => CertificateRequester.Driver,
        _ => throw new FormatException("expected pod or driver"),
    };

    private static NodeIdentities Identities(string text) => text switch
    {
        "allowed" => NodeIdentities.Allowed,
        "refused" => NodeIdentities.Refused,
        _ => throw new FormatException("expected allowed or refused"),
    };

    private static long Whole(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("expected a whole number, 0 or more");

    private static DateTimeOffset? Time(string text) => text.Length == 0 ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static double Rate(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
