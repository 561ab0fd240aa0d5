using System.Collections.Immutable;
using System.Reflection;
using ActorCsi.Testing.Api;

namespace ActorCsi.Tests.Runtime;

/// <summary>Where the assemblies that are compared lie.</summary>
internal static class Assemblies
{
    /// <summary>The engine's own types and those of its test cluster.</summary>
    public static ImmutableArray<ApiType> Ours() =>
    [
        .. AssemblyApi.Read(typeof(Grain).Assembly.Location),
        .. AssemblyApi.Read(typeof(Orleans.TestingHost.InProcessTestCluster).Assembly.Location),
    ];

    /// <summary>The official types, by name, from the two packages that can be downloaded.</summary>
    public static IReadOnlyDictionary<string, ApiType> Official() =>
        Package("microsoft.orleans.core.abstractions", "Orleans.Core.Abstractions")
            .Concat(Package("microsoft.orleans.testinghost", "Orleans.TestingHost"))
            .ToDictionary(type => type.Name);

    public static string Metadata(string key) => typeof(Assemblies).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    private static ImmutableArray<ApiType> Package(string package, string assembly) =>
        AssemblyApi.Read(Path.Combine(Metadata("NuGetPackageRoot"), package, Metadata("OfficialVersion"), "lib", "net10.0", assembly + ".dll"));
}
