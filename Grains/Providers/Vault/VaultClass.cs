using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>
/// What a class asks of Vault: the parameters of the existing plugin, with its names, defaults and refusals. Unknown parameters are passed over, as there.
/// </summary>
internal sealed record VaultClass
{
    private const string DefaultAddress = "https://127.0.0.1:8200";

    /// <summary>The audience of the token that Vault is shown.</summary>
    public required string Audience { get; init; }

    /// <summary>Whether each pod is to have a login of its own, for roles and policies that tell pods apart.</summary>
    public required bool LoginPerPod { get; init; }

    /// <summary>What is to be read, and which files that makes.</summary>
    public required ImmutableArray<VaultObject> Objects { get; init; }

    /// <summary>The account, with nobody's identity in it yet.</summary>
    private VaultAccount Template { get; init; } = null!;

    /// <summary>Scheme, host and port of the server.</summary>
    public string Origin => Template.Endpoint.Origin;

    /// <summary>The account of a pod.</summary>
    public VaultAccount AccountOf(PodIdentity pod)
        => Template with { PodNamespace = pod.Namespace, ServiceAccount = pod.ServiceAccount, PodUid = LoginPerPod ? pod.Uid : "" };

    /// <exception cref="VolumeException">The parameters make no sense; names each fault.</exception>
    public static VaultClass Read(SecretProviderClass secretClass, VaultFlavor flavor, Func<string, string?> environment)
    {
        var faults = new ParameterFaults(secretClass);
        var reader = new Reader(secretClass.Parameters, flavor, environment, faults);
        var audience = secretClass.Parameters["audience"] is { Length: > 0 } named ? named : flavor.Audience;
        var read = new VaultClass
        {
            Audience = audience,
            LoginPerPod = LoginPer.IsPod(secretClass.Parameters["loginPer"], faults),
            Objects = new VaultObjects(faults).Read(secretClass.Parameters["objects"]),
            Template = new VaultAccount
            {
                Provider = flavor.Name,
                Audience = audience,
                PodNamespace = "",
                ServiceAccount = "",
                Address = reader.Address(),
                Namespace = (reader.Find("Namespace", "NAMESPACE") ?? "").Trim('/'),
                AuthMount = reader.AuthMount(),
                Role = reader.Role(),
                CaFile = reader.Find("CACertPath", "CACERT"),
                CaDirectory = reader.Find("CADirectory", "CAPATH"),
                ServerName = reader.Find("TLSServerName", "TLS_SERVER_NAME"),
                ClientCertificateFile = reader.Find("TLSClientCertPath", "CLIENT_CERT"),
                ClientKeyFile = reader.Find("TLSClientKeyPath", "CLIENT_KEY"),
                SkipsVerification = reader.SkipsVerification(),
            },
        };
        if (read.Template.ClientCertificateFile is null != read.Template.ClientKeyFile is null)
            faults.Add(reader.NameOf("TLSClientCertPath"), $"and {reader.NameOf("TLSClientKeyPath")} belong together: expected both or neither");
        faults.ThrowIfAny();
        return read;
    }

    private sealed class Reader(StringMap parameters, VaultFlavor flavor, Func<string, string?> environment, ParameterFaults faults)
    {
        /// <summary>The name of a parameter as the class has it, or as it would be written.</summary>
        public string NameOf(string suffix)
            => flavor.Prefixes.Select(prefix => prefix + suffix).FirstOrDefault(name => parameters[name] is { Length: > 0 }) ?? flavor.Prefixes[0] + suffix;

        public string? Find(string suffix, string? variable = null)
            => parameters[NameOf(suffix)] is { Length: > 0 } value ? value
                : variable is null ? null
                : flavor.EnvironmentPrefixes.Select(prefix => environment(prefix + variable)).FirstOrDefault(value => value is { Length: > 0 });

        public string Address()
        {
            var text = Find("Address", "ADDR") ?? DefaultAddress;
            if (HttpEndpoint.Fault(text, out var address) is { } fault)
                faults.Add(NameOf("Address"), fault);
            return address.AbsoluteUri;
        }

        public string AuthMount()
        {
            var (mount, older) = (Find("AuthMountPath"), Find("KubernetesMountPath"));
            if (mount is not null && older is not null)
                faults.Add(NameOf("AuthMountPath"), $"and its older name {NameOf("KubernetesMountPath")} are both set, expected one");
            var path = (mount ?? older ?? "kubernetes").Trim('/');
            if (path.Length == 0 || path.Split('/').Any(part => part is "" or "." or "..") || path.AsSpan().ContainsAny("?#%\\"))
                faults.Add(NameOf(older is null ? "AuthMountPath" : "KubernetesMountPath"), $"is '{Words.Clip(path)}', expected a path such as kubernetes or team/jwt");
            return path;
        }

        public string Role()
        {
            var role = (flavor == VaultFlavor.Vault ? null : Find("RoleName")) ?? parameters["roleName"];
            if (string.IsNullOrEmpty(role))
                faults.Add("roleName", "is missing: name the role of the auth method");
            return role ?? "";
        }

        public bool SkipsVerification()
        {
            var text = Find("SkipTLSVerify", "SKIP_VERIFY") ?? "false";
            if (GoBoolean.Parse(text) is { } skips)
                return skips;
            faults.Add(NameOf("SkipTLSVerify"), $"is '{Words.Clip(text)}', expected \"true\" or \"false\"");
            return false;
        }
    }
}
