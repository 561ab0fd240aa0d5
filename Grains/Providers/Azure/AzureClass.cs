using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>
/// What a class asks of Azure Key Vault: the parameters of the existing plugin, with its names, defaults and refusals. Unknown parameters are passed over, as there.
/// </summary>
internal sealed record AzureClass
{
    /// <summary>The audience of the token that Entra takes for a pod's login.</summary>
    public const string EntraAudience = "api://AzureADTokenExchange";

    /// <summary>The audience of the token that AKS's token proxy takes.</summary>
    private const string BindingAudience = "api://AKSIdentityBinding";

    private const string Machine = "useVMManagedIdentity";
    private const string AadPodIdentity = "usePodIdentity";

    private const int ShortestVaultName = 3;
    private const int LongestVaultName = 24;

    /// <summary>The vault's address.</summary>
    public required Uri Vault { get; init; }

    /// <summary>Where logins are, and what they must be for.</summary>
    public required AzureCloud Cloud { get; init; }

    /// <summary>Whose identity the class wants to act with.</summary>
    public required AzureIdentityMode Mode { get; init; }

    /// <summary>What stands before Entra for pods with an AKS identity binding; null where pods log in at Entra itself.</summary>
    public required HttpEndpoint? TokenProxy { get; init; }

    /// <summary>The directory; empty when the service account says it.</summary>
    public required string Tenant { get; init; }

    /// <summary>The application or managed identity that the pod acts as; empty when the service account, or a Secret, says it.</summary>
    public required string ClientId { get; init; }

    /// <summary>Which of the node's managed identities; empty for the node's own.</summary>
    public required string UserAssignedIdentityId { get; init; }

    /// <summary>What is to be read, and which files that makes.</summary>
    public required ImmutableArray<AzureObject> Objects { get; init; }

    /// <summary>Whether certificates out of PKCS#12 are put in order, the leaf first.</summary>
    public required bool ConstructsChain { get; init; }

    /// <summary>Whether a certificate with its key makes two files more, <c>.crt</c> and <c>.key</c>.</summary>
    public required bool SeparatesKeys { get; init; }

    /// <summary>The audience of the token that logs a pod in.</summary>
    public string Audience => TokenProxy is null ? EntraAudience : BindingAudience;

    /// <summary>Which of the pod's tokens a fetch needs, as far as the class alone says it.</summary>
    public TokenDemand Demand => (Mode, ClientId) switch
    {
        (AzureIdentityMode.Machine or AzureIdentityMode.AadPodIdentity, _) => TokenDemand.None,
        (AzureIdentityMode.Pod, "") => TokenDemand.Among(Audience), // it may be a Secret with an application's password that is used
        _ => TokenDemand.For(Audience),
    };

    /// <summary>The parameter that asks for an identity of the node; null where the pod's will do.</summary>
    public string? NodeIdentity => Mode switch
    {
        AzureIdentityMode.Machine => Machine,
        AzureIdentityMode.AadPodIdentity => AadPodIdentity,
        _ => null,
    };

    /// <exception cref="VolumeException">The parameters make no sense; names each fault.</exception>
    public static AzureClass Read(SecretProviderClass secretClass, Func<string, string?> environment)
    {
        var faults = new ParameterFaults(secretClass);
        var reader = new Reader(secretClass.Parameters, environment, faults);
        var (cloud, mode) = (reader.Cloud(), reader.Mode());
        var read = new AzureClass
        {
            Cloud = cloud,
            Vault = reader.Vault(cloud),
            Mode = mode,
            TokenProxy = mode is AzureIdentityMode.TokenProxy ? reader.TokenProxy() : null,
            Tenant = reader.Tenant(),
            ClientId = reader.Text("clientID"),
            UserAssignedIdentityId = reader.Text("userAssignedIdentityID"),
            Objects = new AzureObjects(faults).Read(reader.Text("objects")),
            ConstructsChain = reader.IsTrue("constructPEMChain", "AZURE_CONSTRUCT_PEM_CHAIN", otherwise: true),
            SeparatesKeys = reader.IsTrue("writeCertAndKeyInSeparateFiles", "AZURE_WRITE_CERT_AND_KEY_IN_SEPARATE_FILES", otherwise: false),
        };
        faults.ThrowIfAny();
        return read;
    }

    private sealed class Reader(StringMap parameters, Func<string, string?> environment, ParameterFaults faults)
    {
        public string Text(string name) => parameters[name]?.Trim() ?? "";

        public AzureCloud Cloud()
        {
            var name = FirstOf(Text("cloudName"), environment("AZURE_ENVIRONMENT"), "AzurePublicCloud");
            var file = FirstOf(Text("cloudEnvFileName"), environment("AZURE_ENVIRONMENT_FILEPATH"), "");
            var (cloud, field, fault) = AzureCloud.Find(name, file);
            if (cloud is null)
                faults.Add(field, fault);
            return cloud ?? AzureCloud.Public;
        }

        public Uri Vault(AzureCloud cloud)
        {
            var name = Text("keyvaultName");
            if (name.Length is >= ShortestVaultName and <= LongestVaultName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
                return cloud.Vault(name);
            faults.Add("keyvaultName", name.Length == 0 ? "is missing: name the vault"
                : $"is '{Words.Clip(name)}', expected the name of a vault: {ShortestVaultName} to {LongestVaultName} letters, digits and '-'");
            return cloud.Vault("invalid");
        }

        public AzureIdentityMode Mode()
        {
            (string Parameter, AzureIdentityMode Mode)[] all =
            [
                (Machine, AzureIdentityMode.Machine), (AadPodIdentity, AzureIdentityMode.AadPodIdentity), ("useAzureTokenProxy", AzureIdentityMode.TokenProxy),
            ];
            var wanted = all.Where(one => IsTrue(one.Parameter)).ToArray();
            if (wanted.Length > 1)
                faults.Add(wanted[0].Parameter, $"and {wanted[1].Parameter} are both true, expected one");
            return wanted is [var only, ..] ? only.Mode : AzureIdentityMode.Pod;
        }

        /// <summary>The variables are those of Azure's own libraries, and of pods with an identity binding. What a class could say of it, it could say of any server.</summary>
        public HttpEndpoint TokenProxy()
        {
            var name = environment("AZURE_KUBERNETES_SNI_NAME");
            if (string.IsNullOrEmpty(name))
                faults.Add("useAzureTokenProxy", "is true, and the driver's environment has no AZURE_KUBERNETES_SNI_NAME: the name of the cluster's token proxy, as pods with an identity binding have it");
            var address = FirstOf("", environment("AZURE_KUBERNETES_TOKEN_PROXY"), "https://kubernetes.default.svc.cluster.local");
            if (HttpEndpoint.Fault(address, out var proxy) is not null || proxy.Scheme != Uri.UriSchemeHttps)
                faults.Add("useAzureTokenProxy", $"is true, and AZURE_KUBERNETES_TOKEN_PROXY of the driver's environment is '{Words.Clip(address)}', expected an https URL");
            return new HttpEndpoint(proxy) { ServerName = name, CaFile = FirstOf("", environment("AZURE_KUBERNETES_CA_FILE"), "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt") };
        }

        /// <summary>Both spellings are in use; the newer wins.</summary>
        public string Tenant()
        {
            var name = Text("tenantID").Length > 0 ? "tenantID" : "tenantId";
            if (Text(name).Length > 0 && AzureIdentities.TenantFault(Text(name)) is { } fault)
                faults.Add(name, fault);
            return Text(name);
        }

        public bool IsTrue(string name, string? variable = null, bool otherwise = false)
        {
            var text = FirstOf(Text(name), variable is null ? null : environment(variable), "");
            if (text.Length == 0)
                return otherwise;
            if (GoBoolean.Parse(text) is { } value)
                return value;
            faults.Add(name, $"is '{Words.Clip(text)}', expected \"true\" or \"false\"");
            return otherwise;
        }

        private static string FirstOf(string parameter, string? variable, string otherwise)
            => parameter.Length > 0 ? parameter : variable is { Length: > 0 } ? variable.Trim() : otherwise;
    }
}

/// <summary>Whose identity is used.</summary>
internal enum AzureIdentityMode
{
    /// <summary>The pod's, by its token; or the application's whose password the pod's Secret has.</summary>
    Pod,

    /// <summary>One of the node's managed identities.</summary>
    Machine,

    /// <summary>The pod's, by its token, through AKS's proxy for identity bindings.</summary>
    TokenProxy,

    /// <summary>The pod's, as aad-pod-identity on the node has it. Archived by its makers, and still there on old clusters.</summary>
    AadPodIdentity,
}
