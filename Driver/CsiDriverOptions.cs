using System.Reflection;
using System.Text.RegularExpressions;

namespace ActorCsi.Driver;

/// <summary>How the driver appears to kubelet.</summary>
public sealed partial record CsiDriverOptions
{
    /// <summary>The version and, behind a plus sign, the commit that it was built from, where the build knew it.</summary>
    public static string Build { get; } = typeof(CsiDriverOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The version told to the caller of GetPluginInfo.</summary>
    public static string Version { get; } = Build.Split('+')[0];

    /// <summary>The driver's name, as in the CSIDriver object: the form of a domain name, at most 63 characters.</summary>
    public required string DriverName { get; init; }

    /// <summary>The node's name; at most 256 bytes.</summary>
    public required string NodeId { get; init; }

    /// <summary>Where the CSI socket is: <c>unix:///path/csi.sock</c>. See <see cref="CsiEndpoint"/>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>kubelet's plugins_registry directory; null when a node-driver-registrar sidecar does the registration.</summary>
    public string? RegistrationDirectory { get; init; }

    /// <summary>The path of the CSI socket as kubelet sees it, when that differs: in a container it usually does.</summary>
    public string? KubeletEndpointPath { get; init; }

    /// <summary>The operators' socket; null for none.</summary>
    public string? AdminSocketPath { get; init; }

    /// <summary>How many volumes the node may have; 0 sets no limit.</summary>
    public long MaxVolumesPerNode { get; init; }

    /// <summary>The largest request, in bytes. Default 4 MiB.</summary>
    public int MaxReceiveMessageSize { get; init; } = 4 << 20;

    /// <summary>How long calls in flight may take to finish when the driver stops. Default 20 seconds.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The path in <see cref="Endpoint"/>.</summary>
    internal string SocketPath => CsiEndpoint.Path(Endpoint);

    /// <summary>The path of the registration socket; null when there is none.</summary>
    internal string? RegistrationSocketPath => RegistrationDirectory is null ? null : Path.Combine(RegistrationDirectory, DriverName + "-reg.sock");

    /// <summary>Checks everything together.</summary>
    /// <exception cref="ArgumentException">One line for each fault.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        if (DriverName.Length > 63 || !DomainName().IsMatch(DriverName))
            faults.Add($"driver name '{DriverName}': expected at most 63 letters, digits, dots and dashes, with a letter or digit at both ends");
        if (System.Text.Encoding.UTF8.GetByteCount(NodeId) is 0 or > 256)
            faults.Add("node id: expected the node's name, 1 to 256 bytes");
        if (CsiEndpoint.Fault(Endpoint) is { } fault)
            faults.Add(fault);
        if (KubeletEndpointPath is not null && !Path.IsPathRooted(KubeletEndpointPath))
            faults.Add($"kubelet endpoint '{KubeletEndpointPath}': expected an absolute path");
        if (RegistrationSocketPath is { } registration && CsiEndpoint.PathFault(registration) is { } registrationFault)
            faults.Add($"registration directory '{RegistrationDirectory}': {registrationFault}");
        if (AdminSocketPath is not null && CsiEndpoint.PathFault(AdminSocketPath) is { } adminFault)
            faults.Add($"admin socket '{AdminSocketPath}': {adminFault}");
        if (MaxVolumesPerNode < 0)
            faults.Add($"max volumes per node {MaxVolumesPerNode}: expected 0 (no limit) or more");
        if (MaxReceiveMessageSize <= 0)
            faults.Add($"max receive message size {MaxReceiveMessageSize}: expected a number of bytes above 0");
        if (DrainTimeout < TimeSpan.Zero)
            faults.Add($"drain timeout {DrainTimeout}: expected no time or more");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, faults));
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?\z")]
    private static partial Regex DomainName();
}
