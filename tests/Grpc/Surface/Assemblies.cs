using System.Reflection;
using Grpc.Core;

namespace ActorCsi.Tests.Rpc.Surface;

/// <summary>Where the assemblies that are compared lie.</summary>
internal static class Assemblies
{
    public static string Ours => typeof(ServerCallContext).Assembly.Location;

    public static IEnumerable<string> Official => [Metadata("OfficialServer"), Metadata("OfficialClient")];

    public static string Metadata(string key) => typeof(Assemblies).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
