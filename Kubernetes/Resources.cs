using ActorCsi.Kubernetes.Kinds;

namespace ActorCsi.Kubernetes;

/// <summary>The resources that are used.</summary>
public static class Resources
{
    /// <summary>Pods.</summary>
    public static readonly Resource<V1Pod> Pods = new("", "v1", "pods", "Pod", true, KubernetesJson.Default.V1Pod);

    /// <summary>Secrets.</summary>
    public static readonly Resource<V1Secret> Secrets = new("", "v1", "secrets", "Secret", true, KubernetesJson.Default.V1Secret);

    /// <summary>ConfigMaps.</summary>
    public static readonly Resource<V1ConfigMap> ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true, KubernetesJson.Default.V1ConfigMap);

    /// <summary>Events, of the core group (docs/decisions/0010-events-of-the-core-group.md).</summary>
    public static readonly Resource<V1Event> Events = new("", "v1", "events", "Event", true, KubernetesJson.Default.V1Event);

    /// <summary>ServiceAccounts.</summary>
    public static readonly Resource<V1ServiceAccount> ServiceAccounts = new("", "v1", "serviceaccounts", "ServiceAccount", true, KubernetesJson.Default.V1ServiceAccount);

    /// <summary>Nodes.</summary>
    public static readonly Resource<V1Node> Nodes = new("", "v1", "nodes", "Node", false, KubernetesJson.Default.V1Node);

    /// <summary>CSIDrivers.</summary>
    public static readonly Resource<V1CsiDriver> CsiDrivers = new("storage.k8s.io", "v1", "csidrivers", "CSIDriver", false, KubernetesJson.Default.V1CsiDriver);

    /// <summary>SelfSubjectAccessReviews: a create that is answered and stores nothing.</summary>
    public static readonly Resource<V1SelfSubjectAccessReview> SelfSubjectAccessReviews =
        new("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false, KubernetesJson.Default.V1SelfSubjectAccessReview);

    /// <summary>CertificateRequests of cert-manager.</summary>
    public static readonly Resource<V1CertificateRequest> CertificateRequests =
        new("cert-manager.io", "v1", "certificaterequests", "CertificateRequest", true, KubernetesJson.Default.V1CertificateRequest);

    /// <summary>CertificateSigningRequests.</summary>
    public static readonly Resource<V1CertificateSigningRequest> CertificateSigningRequests =
        new("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", false, KubernetesJson.Default.V1CertificateSigningRequest);

    /// <summary>ClusterTrustBundles.</summary>
    public static readonly Resource<V1ClusterTrustBundle> ClusterTrustBundles =
        new("certificates.k8s.io", "v1beta1", "clustertrustbundles", "ClusterTrustBundle", false, KubernetesJson.Default.V1ClusterTrustBundle);

    /// <summary>SecretProviderClasses.</summary>
    public static readonly Resource<V1SecretProviderClass> SecretProviderClasses =
        new("secrets-store.csi.x-k8s.io", "v1", "secretproviderclasses", "SecretProviderClass", true, KubernetesJson.Default.V1SecretProviderClass);

    /// <summary>SecretProviderClassPodStatuses.</summary>
    public static readonly Resource<V1SecretProviderClassPodStatus> SecretProviderClassPodStatuses =
        new("secrets-store.csi.x-k8s.io", "v1", "secretproviderclasspodstatuses", "SecretProviderClassPodStatus", true, KubernetesJson.Default.V1SecretProviderClassPodStatus);
}
