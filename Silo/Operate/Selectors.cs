using ActorCsi.Admin.V1;

namespace ActorCsi.Silo.Operate;

/// <summary>Which volumes are meant, as people write it.</summary>
internal static class Selectors
{
    /// <param name="volume">A volume's id or its beginning, or NAMESPACE/POD or NAMESPACE/POD/VOLUME; empty for any.</param>
    /// <param name="class">A class's name, or NAMESPACE/NAME; empty for any.</param>
    /// <param name="namespace">The namespace of the pods; empty for any.</param>
    public static VolumeSelector Of(string volume, string @class, string @namespace)
    {
        var slash = @class.IndexOf('/', StringComparison.Ordinal);
        return new VolumeSelector
        {
            Volume = volume,
            ClassNamespace = slash < 0 ? "" : @class[..slash],
            ClassName = @class[(slash + 1)..],
            Namespace = @namespace,
        };
    }
}
