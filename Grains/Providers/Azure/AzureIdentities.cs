using System.Collections.Immutable;
using System.Security.Cryptography;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>
/// Who a fetch acts as. Where the class does not want an identity of the node, in this order:
/// <list type="number">
/// <item>clientID of the class, by the pod's token;</item>
/// <item>an application whose id and password are in the Secret of nodePublishSecretRef, by that password;</item>
/// <item>the annotation of the pod's service account, by the pod's token.</item>
/// </list>
/// </summary>
internal sealed class AzureIdentities(IServiceAccounts serviceAccounts)
{
    public const string ClientIdAnnotation = "azure.workload.identity/client-id";
    public const string TenantIdAnnotation = "azure.workload.identity/tenant-id";

    /// <summary>The tenant that stands for AD FS on Azure Stack Hub.</summary>
    public const string AdFs = "adfs";

    private readonly byte[] _digestKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>What is wrong with a tenant, worded to follow its field in a message; null when it may be one. It becomes part of a path.</summary>
    public static string? TenantFault(string tenant)
        => tenant.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.') && tenant.Any(char.IsAsciiLetterOrDigit) ? null
            : $"is '{Words.Clip(tenant)}', expected the id or a domain of a directory, or adfs";

    /// <exception cref="VolumeException">There is none: says what is missing, and where it can be given.</exception>
    public async Task<AzureIdentity> Of(AzureClass wanted, FetchRequest request, CancellationToken cancellationToken)
    {
        var pod = request.Volume.Pod;
        var account = new AzureAccount
        {
            SignIn = AzureSignIn.Federated,
            PodNamespace = pod.Namespace,
            ServiceAccount = pod.ServiceAccount,
            Authority = wanted.TokenProxy ?? new HttpEndpoint(wanted.Cloud.Authority),
            Tenant = wanted.Tenant,
            ClientId = wanted.ClientId,
            Resource = wanted.Cloud.VaultResource,
        };
        return wanted.Mode switch
        {
            AzureIdentityMode.Machine => new(account with { SignIn = AzureSignIn.Machine, Authority = MachineLogin.Metadata, Tenant = "", ClientId = wanted.UserAssignedIdentityId }, null),
            AzureIdentityMode.AadPodIdentity => new(account with { SignIn = AzureSignIn.AadPodIdentity, Authority = MachineLogin.AadPodIdentity, Tenant = "", ClientId = "", PodName = pod.Name }, null),
            AzureIdentityMode.Pod when wanted.ClientId.Length == 0 && Application(request.NodePublishSecrets) is { } application
                => await WithTenant(ByPassword(account, application.ClientId, application.Password), request, cancellationToken),
            _ => await WithTenant(await ByToken(account, wanted.Audience, request, cancellationToken), request, cancellationToken),
        };
    }

    private async Task<AzureIdentity> ByToken(AzureAccount account, string audience, FetchRequest request, CancellationToken cancellationToken)
    {
        if (account.ClientId.Length == 0)
            account = account with { ClientId = await Annotation(ClientIdAnnotation, request, cancellationToken) ?? throw NoIdentity(request) };
        var token = request.Tokens[audience] ?? throw new VolumeException(VolumeError.TokenMissing,
            $"there is no token for audience '{audience}'. Add {{audience: \"{audience}\"}} to spec.tokenRequests of the CSIDriver object.");
        return new AzureIdentity(account, token.Token);
    }

    private async Task<AzureIdentity> WithTenant(AzureIdentity identity, FetchRequest request, CancellationToken cancellationToken)
    {
        if (identity.Account.Tenant.Length > 0)
            return identity;
        var tenant = await Annotation(TenantIdAnnotation, request, cancellationToken)
            ?? throw Invalid(request, $"no tenant: set parameters.tenantID, or annotate the service account {Account(request)} with {TenantIdAnnotation}");
        return TenantFault(tenant) is { } fault
            ? throw Invalid(request, $"the annotation {TenantIdAnnotation} of service account {Account(request)} {fault}")
            : identity with { Account = identity.Account with { Tenant = tenant } };
    }

    private async Task<string?> Annotation(string name, FetchRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var annotations = await serviceAccounts.Annotations(request.Volume.Pod.Namespace, request.Volume.Pod.ServiceAccount, cancellationToken);
            return annotations[name]?.Trim() is { Length: > 0 } value ? value : null;
        }
        catch (VolumeException nobody) when (nobody.Error is VolumeError.ClusterUnavailable)
        {
            throw new VolumeException(nobody.Error, $"{nobody.Message}; a class with parameters.clientID and parameters.tenantID does not need it");
        }
    }

    private AzureIdentity ByPassword(AzureAccount account, string clientId, Secret password) => new(
        account with
        {
            SignIn = AzureSignIn.Password,
            ClientId = clientId,
            PasswordDigest = Convert.ToHexString(HMACSHA256.HashData(_digestKey, password.Expose())),
        },
        password);

    /// <summary>An application in the Secret; its keys in any spelling of case, as the plugin has it.</summary>
    private static (string ClientId, Secret Password)? Application(ImmutableArray<NamedSecret> secrets)
        => Find(secrets, "clientid") is { } id && Find(secrets, "clientsecret") is { } password ? (id.ExposeText().Trim(), password) : null;

    private static Secret? Find(ImmutableArray<NamedSecret> secrets, string name)
        => secrets.IsDefaultOrEmpty ? null : secrets.LastOrDefault(secret => secret.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { Length: > 0 } value ? value : null;

    private static VolumeException NoIdentity(FetchRequest request) => Invalid(request,
        $"no identity: set parameters.clientID, or annotate the service account {Account(request)} with {ClientIdAnnotation}; or give an application's clientid and clientsecret in the Secret of nodePublishSecretRef");

    private static VolumeException Invalid(FetchRequest request, string what)
        => new(VolumeError.Invalid, $"SecretProviderClass {request.Class.Namespace}/{request.Class.Name}: {what}");

    private static string Account(FetchRequest request) => $"{request.Volume.Pod.Namespace}/{request.Volume.Pod.ServiceAccount}";
}
