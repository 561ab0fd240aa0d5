namespace ActorCsi.Fakes.Cluster;

/// <summary>One request, as an authorizer sees it, and what became of it.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete.</param>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Resource">The resource, such as <c>secrets</c>.</param>
/// <param name="Subresource">The subresource; empty for none.</param>
/// <param name="Namespace">The namespace; empty for all, and for objects of the cluster.</param>
/// <param name="Name">The object; empty for none. As the API server does, taken from <c>fieldSelector=metadata.name=…</c> as well.</param>
/// <param name="User">Whose token came with it.</param>
public sealed record ApiRequest(string Verb, string Group, string Resource, string Subresource, string Namespace, string Name, string User)
{
    /// <summary>Whether it may change an object.</summary>
    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete" && Resource is not "selfsubjectaccessreviews";

    /// <summary>The HTTP status of the answer; 0 as long as there is none.</summary>
    public int Code { get; internal set; }

    /// <summary>Whether an object was made; an apply that makes one needs the right to create as well.</summary>
    public bool Creates { get; internal set; }

    /// <summary><c>patch secrets default/x</c></summary>
    public override string ToString()
        => $"{Verb} {Resource}{(Group.Length == 0 ? "" : "." + Group)}{(Subresource.Length == 0 ? "" : "/" + Subresource)} {Namespace}/{Name}".TrimEnd(' ', '/');
}

/// <summary>A kind of object that the fake cluster knows.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">Such as <c>v1</c>.</param>
/// <param name="Plural">Such as <c>secrets</c>.</param>
/// <param name="Kind">Such as <c>Secret</c>.</param>
/// <param name="IsNamespaced">Whether the objects are in namespaces.</param>
public sealed record FakeResource(string Group, string Version, string Plural, string Kind, bool IsNamespaced = true)
{
    /// <summary>What stands in an object's apiVersion.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Those that every fake cluster knows.</summary>
    public static IReadOnlyList<FakeResource> All { get; } =
    [
        new("", "v1", "pods", "Pod"),
        new("", "v1", "secrets", "Secret"),
        new("", "v1", "configmaps", "ConfigMap"),
        new("", "v1", "events", "Event"),
        new("", "v1", "serviceaccounts", "ServiceAccount"),
        new("", "v1", "namespaces", "Namespace", IsNamespaced: false),
        new("", "v1", "nodes", "Node", IsNamespaced: false),
        new("apps", "v1", "replicasets", "ReplicaSet"),
        new("events.k8s.io", "v1", "events", "Event"),
        new("storage.k8s.io", "v1", "csidrivers", "CSIDriver", IsNamespaced: false),
        new("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", IsNamespaced: false),
        new("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", IsNamespaced: false),
        new("certificates.k8s.io", "v1beta1", "clustertrustbundles", "ClusterTrustBundle", IsNamespaced: false),
        new("cert-manager.io", "v1", "certificaterequests", "CertificateRequest"),
        new("secrets-store.csi.x-k8s.io", "v1", "secretproviderclasses", "SecretProviderClass"),
        new("secrets-store.csi.x-k8s.io", "v1", "secretproviderclasspodstatuses", "SecretProviderClassPodStatus"),
    ];
}
