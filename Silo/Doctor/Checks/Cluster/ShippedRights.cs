namespace ActorCsi.Silo.Doctor.Checks.Cluster;

/// <summary>What the driver does with the API server, as the files in deploy/ allow it. A test keeps the two equal.</summary>
/// <param name="File">The file that has the rules.</param>
/// <param name="Rules">The rules.</param>
internal sealed record ShippedRights(string File, params IReadOnlyList<Rule> Rules)
{
    private const string ClassGroup = "secrets-store.csi.x-k8s.io";
    private const string NoCertificates = "volumes of cert-manager and spiffe get no certificate";
    private const string NoSignatures = "volumes of kubernetes get no certificate";

    /// <summary>Needed everywhere.</summary>
    public static ShippedRights Base { get; } = new("deploy/base/rbac.yaml",
        new(ClassGroup, "secretproviderclasses", ["list", "watch"], "it finds no class"),
        new(ClassGroup, "secretproviderclasspodstatuses", ["get", "list", "create", "patch"], "nobody sees which versions pods have"),
        new("", "pods", ["get"], "synced Secrets have no owner"),
        new("", "events", ["create", "patch"], "users are not told what went wrong"),
        new("", "serviceaccounts", ["get"], "classes of aws and azure do not find the identity that a pod is bound to"),
        new("", "nodes", ["get"], "classes of aws must name their region"),
        new("storage.k8s.io", "csidrivers", ["get"], "its object is not checked"));

    /// <summary>Needed where classes have secretObjects.</summary>
    public static ShippedRights SyncedSecrets { get; } = new("deploy/components/synced-secrets/rbac.yaml",
        new Rule("", "secrets", ["get", "create", "patch"], "the Secrets of spec.secretObjects are not made"));

    /// <summary>Needed where pods request certificates.</summary>
    public static ShippedRights Certificates { get; } = new("deploy/components/certificates/rbac.yaml",
        new("cert-manager.io", "certificaterequests", ["get", "watch", "delete"], NoCertificates),
        new("certificates.k8s.io", "certificatesigningrequests", ["get", "watch"], NoSignatures));

    /// <summary>Needed where the driver requests them.</summary>
    public static ShippedRights CertificatesAsDriver { get; } = new("deploy/components/certificates-as-driver/rbac.yaml",
        new("cert-manager.io", "certificaterequests", ["get", "watch", "create", "delete"], NoCertificates),
        new("certificates.k8s.io", "certificatesigningrequests", ["get", "watch", "create"], NoSignatures));

    /// <summary>Needed where a ConfigMap says who issues for the provider spiffe: on that one, NAMESPACE/NAME.</summary>
    public static ShippedRights SpiffeIssuer(string configMap) => new("a Role such as the chart's spiffe.issuerConfigMap brings",
        new Rule("", "configmaps", ["list", "watch"], "the provider spiffe does not learn who issues") { Namespace = configMap.Split('/')[0], Name = configMap.Split('/')[^1] });
}

/// <summary>A rule of a role.</summary>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Resource">The resource.</param>
/// <param name="Verbs">What may be done with it.</param>
/// <param name="Otherwise">What becomes of it without the rule.</param>
internal sealed record Rule(string Group, string Resource, IReadOnlyList<string> Verbs, string Otherwise)
{
    /// <summary>The namespace for which it is enough; empty for all.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The object for which it is enough; empty for all.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is about, as kubectl names it: <c>configmaps cert-manager/issuance</c>.</summary>
    public override string ToString() => $"{Resource}{(Group.Length > 0 ? "." + Group : "")}{(Name.Length > 0 ? $" {Namespace}/{Name}" : "")}";
}
