using System.Security.Cryptography;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>
/// As whom a fetch is made: the pod, by its own token and, where its service account is annotated so, as a service account of Google's; the account of
/// the Secret's key.json; or the driver, where the class says so and the administrator lets it.
/// </summary>
internal sealed class GcpIdentities(
    ProviderOptions options, GcpSettings settings, DriverCredentials driver, WorkloadPools pools, MetadataServer metadata, GoogleTokens tokens, IServiceAccounts serviceAccounts)
{
    private const string KeyFile = "key.json";

    /// <summary>Which tokens of the pod this may need.</summary>
    /// <exception cref="VolumeException">The class asks for what the driver does not allow, or the driver's environment makes no sense.</exception>
    public TokenDemand Demand(GcpClass wanted)
    {
        if (wanted.Auth is GcpAuth.Driver)
        {
            RequireDriverAllowed();
            return TokenDemand.None;
        }
        var audiences = pools.TokenAudiences(wanted);
        return wanted.Auth is null && settings.AllowsNodePublishSecret ? TokenDemand.Among(audiences) : TokenDemand.OneOf(audiences);
    }

    /// <summary>The identity.</summary>
    /// <exception cref="VolumeException">There is none to be had, and why.</exception>
    public async Task<GcpIdentity> Of(GcpClass wanted, FetchRequest request, CancellationToken cancellationToken)
    {
        var key = settings.AllowsNodePublishSecret ? request.NodePublishSecrets.FirstOrDefault(secret => secret.Name == KeyFile).Value : null;
        if (key is not null && wanted.Auth is { } auth)
            throw new VolumeException(VolumeError.Invalid, $"the Secret in nodePublishSecretRef has {KeyFile} and parameters.auth is {(auth is GcpAuth.Pod ? "pod-adc" : "provider-adc")}, expected one of the two");
        if (key is not null)
            return OfKey(key);
        return wanted.Auth is GcpAuth.Driver ? OfDriver() : await OfPod(wanted, request, cancellationToken);
    }

    private async Task<GcpIdentity> OfPod(GcpClass wanted, FetchRequest request, CancellationToken cancellationToken)
    {
        var (pod, pool) = (request.Volume.Pod, await pools.Find(wanted, cancellationToken));
        var token = pool.TokenAudiences.Select(audience => request.Tokens[audience]).FirstOrDefault(found => found is not null)?.Token ?? throw NoToken(pool);
        var annotations = serviceAccounts is NoServiceAccounts ? StringMap.Empty // without an API server there are none that could be meant
            : await serviceAccounts.Annotations(pod.Namespace, pod.ServiceAccount, cancellationToken);
        var (actsAs, delegates) = ActingAs.Read(annotations);
        var account = new GcpAccount(GcpAuth.Pod)
        {
            Namespace = pod.Namespace,
            ServiceAccount = pod.ServiceAccount,
            PodUid = wanted.LoginPerPod ? pod.Uid : "",
            Pool = pool,
            TokenService = TokenService(pool),
            ActsAs = actsAs,
            Delegates = delegates,
        };
        return new GcpIdentity(account, giveUp => LogIn(account, token, giveUp));
    }

    /// <summary>The pod's token → a token of the pool → where the service account is annotated so, a token of a service account of Google's.</summary>
    private async Task<KeptLogin<Secret>> LogIn(GcpAccount account, Secret podToken, CancellationToken cancellationToken)
    {
        var login = await tokens.Exchange(account.TokenService!, account.Pool!, podToken, GoogleTokens.Jwt, cancellationToken);
        if (account.ActsAs.Length == 0)
            return login;
        var member = account.Pool!.Member(account.Namespace, account.ServiceAccount);
        return await tokens.Impersonate(GenerateAccessToken(account.ActsAs), ActingAs.Each(account.Delegates), login.Login, member, cancellationToken);
    }

    private GcpIdentity OfKey(Secret json)
    {
        var fault = GcpCredentials.Fault(json.Expose(), out var credentials) ?? credentials switch
        {
            // Such a file names files of the machine and servers that they are to be shown to: only the administrator may write one.
            GcpCredentials.Federation => "has the type 'external_account', expected service_account or authorized_user; name a pool in parameters.audience instead",
            GcpCredentials.ServiceAccount key when !IsGoogles(key.TokenUri) => "has a token_uri that is not Google's",
            _ => null,
        };
        if (fault is not null)
            throw new VolumeException(VolumeError.Invalid, $"{KeyFile} of the Secret in nodePublishSecretRef {fault}");
        var account = new GcpAccount(GcpAuth.Key)
        {
            KeyDigest = Convert.ToHexString(SHA256.HashData(json.Expose())),
            ActsAs = (credentials as GcpCredentials.ServiceAccount)?.Email ?? "",
        };
        return new GcpIdentity(account, giveUp => credentials is GcpCredentials.ServiceAccount key ? tokens.LogIn(key, giveUp) : tokens.LogIn((GcpCredentials.User)credentials!, giveUp));
    }

    private GcpIdentity OfDriver()
    {
        RequireDriverAllowed();
        return new GcpIdentity(new GcpAccount(GcpAuth.Driver), giveUp => driver.Current() switch
        {
            GcpCredentials.ServiceAccount key => tokens.LogIn(key, giveUp),
            GcpCredentials.User user => tokens.LogIn(user, giveUp),
            GcpCredentials.Federation pool => LogIn(pool, giveUp),
            _ => metadata.Token(giveUp),
        });
    }

    private async Task<KeptLogin<Secret>> LogIn(GcpCredentials.Federation source, CancellationToken cancellationToken)
    {
        var subject = await SubjectToken.Read(source, cancellationToken);
        var login = await tokens.Exchange(TokenService(source.Pool), source.Pool, subject, source.SubjectTokenType ?? GoogleTokens.Jwt, cancellationToken);
        return source.Impersonates is { } address ? await tokens.Impersonate(address, [], login.Login, "the driver's own account", cancellationToken) : login;
    }

    private void RequireDriverAllowed()
    {
        var forbids = options.NodeIdentities is NodeIdentities.Refused ? NodeIdentityRefusal.Option
            : settings.AllowsDriversCredentials ? null : "ALLOW_PROVIDER_ADC=false in the driver's environment";
        if (forbids is not null)
            throw NodeIdentityRefusal.Of("parameters.auth is provider-adc", forbids, "Use pod-adc, and grant the pod's service account what is read");
    }

    private Uri TokenService(WorkloadPool pool) => settings.TokenEndpoint
        ?? (driver.Federation is { TokenUrl: { } address } file && file.Pool == pool ? address : null)
        ?? new Uri(pool.IsCluster ? $"https://securetoken.{driver.Universe}/v1/identitybindingtoken" : $"https://sts.{driver.Universe}/v1/token");

    private Uri GenerateAccessToken(string account) => new($"https://iamcredentials.{driver.Universe}/v1/projects/-/serviceAccounts/{account}:generateAccessToken");

    private static bool IsGoogles(Uri address) => address.IsDefaultPort && (address.Host == "accounts.google.com" || address.Host.EndsWith(".googleapis.com", StringComparison.Ordinal));

    private static VolumeException NoToken(WorkloadPool pool) => new(VolumeError.TokenMissing,
        $"there is no token of the pod for '{string.Join("' or '", pool.TokenAudiences)}'. Add {{audience: \"{pool.TokenAudiences[0]}\"}} to spec.tokenRequests of the CSIDriver object.");
}
