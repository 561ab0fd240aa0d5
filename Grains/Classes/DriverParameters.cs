using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Templates;

namespace ActorCsi.Grains.Classes;

/// <summary>What the driver itself reads of a class, whatever its provider: parameters that begin with <c>actorcsi.io/</c>.</summary>
public static class DriverParameters
{
    /// <exception cref="VolumeException">They make no sense; tells every fault.</exception>
    public static void Check(SecretProviderClass secretClass)
    {
        RefreshParameters.Of(secretClass);
        TemplateFiles.Check(secretClass);
    }
}
