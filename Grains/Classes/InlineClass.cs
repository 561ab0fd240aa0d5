using ActorCsi.Grains.Refresh;

namespace ActorCsi.Grains.Classes;

/// <summary>
/// What a volume says of itself that names no SecretProviderClass: pods that were written for cert-manager's drivers put all in
/// <c>volumeAttributes</c>. Their attributes are recognised by their group; where there are none, the driver's name decides.
/// </summary>
public static class InlineClass
{
    private const string KubeletsGroup = "csi.storage.k8s.io/";

    /// <summary>The names of those drivers, which are also the groups of their attributes, and who does their work here.</summary>
    private static readonly (string Driver, string Provider)[] Drivers = [("csi.cert-manager.io", "cert-manager"), ("spiffe.csi.cert-manager.io", "spiffe")];

    /// <summary>Who answers for the volumes of a driver of that name that name no class; null where each volume says it, or names one.</summary>
    public static string? ProviderOf(string driverName) => Drivers.FirstOrDefault(known => known.Driver == driverName).Provider;

    /// <summary>The class that the attributes amount to; null when they amount to none.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="options">The driver's name, and what it says in the place of attributes that are missing.</param>
    public static SecretProviderClass? Of(VolumeSpec volume, VolumeOptions options)
    {
        var provider = Drivers.FirstOrDefault(known => volume.Attributes.Any(attribute => attribute.Key.StartsWith(known.Driver + "/", StringComparison.Ordinal))).Provider
            ?? ProviderOf(options.DriverName);
        if (provider is null)
            return null;
        var defaults = options.InlineDefaults.Where(parameter => volume.Attributes[parameter.Key] is null);
        return new SecretProviderClass(volume.Pod.Namespace, "", provider, new StringMap([.. volume.Attributes.Where(IsOfTheClass), .. defaults]), []);
    }

    /// <summary>Attributes without a group are passed over, as those drivers do.</summary>
    private static bool IsOfTheClass(KeyValuePair<string, string> attribute)
        => attribute.Key.Contains('/') && !attribute.Key.StartsWith(KubeletsGroup, StringComparison.Ordinal) && attribute.Key != RefreshParameters.MarkerAttribute;
}
