using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>What the driver's environment says, under the names that the existing plugin and Google's own libraries give it.</summary>
internal sealed class GcpSettings(Func<string, string?> environment)
{
    /// <summary>The project of the GKE cluster; null to ask the metadata server.</summary>
    public string? Project => Text("PROJECT");

    /// <summary>The name of the GKE cluster; null to ask the metadata server.</summary>
    public string? ClusterName => Text("CLUSTER_NAME");

    /// <summary>The region or zone of the GKE cluster; null to ask the metadata server.</summary>
    public string? ClusterLocation => Text("CLUSTER_LOCATION");

    /// <summary>How the addresses of GKE clusters begin, which name the provider in a pool.</summary>
    public string ClusterEndpoint => Text("GKE_WORKLOAD_IDENTITY_ENDPOINT") ?? "https://container.googleapis.com/v1";

    /// <summary>A file of credentials, or of a pool outside of Google; null for none.</summary>
    public string? CredentialsFile => Text("GOOGLE_APPLICATION_CREDENTIALS");

    /// <summary>The domain of all of Google's hosts, where it is not the usual one.</summary>
    public string? Universe => Text("GOOGLE_CLOUD_UNIVERSE_DOMAIN");

    /// <summary>Where instances learn about themselves.</summary>
    public Uri MetadataServer => new($"http://{Text("GCE_METADATA_HOST") ?? "metadata.google.internal"}/");

    /// <summary>Whether key.json of the Secret in nodePublishSecretRef counts. Default: no, as for the plugin.</summary>
    /// <exception cref="VolumeException">The variable says neither yes nor no.</exception>
    public bool AllowsNodePublishSecret => IsTrue("ALLOW_NODE_PUBLISH_SECRET");

    /// <summary>Whether classes may say provider-adc. Default: yes, as for the plugin. Where the driver has rights of its own, no is right: everyone who may write a class could read what it may.</summary>
    /// <exception cref="VolumeException">The variable says neither yes nor no.</exception>
    public bool AllowsDriversCredentials => IsTrue("ALLOW_PROVIDER_ADC", otherwise: true);

    /// <summary>The token service, where it is not the usual one; null when nothing is said.</summary>
    /// <exception cref="VolumeException">The variable holds no address.</exception>
    public Uri? TokenEndpoint
    {
        get
        {
            const string Variable = "GAIA_TOKEN_EXCHANGE_ENDPOINT";
            if (Text(Variable) is not { } text)
                return null;
            return HttpEndpoint.Fault(text, out _) is { } fault ? throw Fault(Variable, fault) : new Uri(text);
        }
    }

    private string? Text(string variable) => environment(variable) is { Length: > 0 } text ? text : null;

    private bool IsTrue(string variable, bool otherwise = false) => Text(variable) is { } text
        ? GoBoolean.Parse(text) ?? throw Fault(variable, $"is '{Words.Clip(text)}', expected true or false")
        : otherwise;

    private static VolumeException Fault(string variable, string fault) => new(VolumeError.Invalid, $"{variable} in the driver's environment {fault}");
}
