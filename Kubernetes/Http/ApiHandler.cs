using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ActorCsi.Kubernetes.Access;

namespace ActorCsi.Kubernetes.Http;

/// <summary>Connections to one API server.</summary>
internal static class ApiHandler
{
    public static SocketsHttpHandler Create(ClusterAccess access) => new()
    {
        UseProxy = access.Proxy is not null,
        Proxy = access.Proxy is { } proxy ? new WebProxy(proxy) { Credentials = EnvironmentProxy.LoginOf(proxy) } : null,
        AllowAutoRedirect = false, // a token is for this server only
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // A server has room for about a hundred streams in a connection, and a watch is one of them.
        EnableMultipleHttp2Connections = true,
        // A connection whose other end has gone silently is found out, also under a watch that tells nothing.
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        // New connections now and then: the servers behind an address change, and so do authorities.
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        SslOptions = Tls(access),
    };

    private static SslClientAuthenticationOptions Tls(ClusterAccess access) => new()
    {
        TargetHost = access.TlsServerName,
        ClientCertificates = access.ClientCertificate is { } certificate ? [certificate] : null,
#pragma warning disable CA5359 // the kubeconfig says insecure-skip-tls-verify
        RemoteCertificateValidationCallback = access.SkipsVerification ? AcceptAnyone
            : access.Authorities is { } authorities ? (_, certificate, chain, errors) => IsVouchedFor(certificate, chain, errors, authorities())
            : null,
#pragma warning restore CA5359
    };

    private static bool AcceptAnyone(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;

    /// <summary>A cluster is its own authority: the system's are of no account, and the cluster's is read anew, so that a rotated one counts.</summary>
    private static bool IsVouchedFor(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0 || certificate is not X509Certificate2 server)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // clusters publish no revocation lists
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(server);
    }
}
