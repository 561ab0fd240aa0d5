using ActorCsi.Testing.Api;

namespace ActorCsi.Tests.Rpc.Surface;

/// <summary>
/// SURFACE.md lists every public type and member, so that a change of either shows up in review. To write it anew:
/// <code>ACTORCSI_UPDATE_SURFACE=1 dotnet test tests/Grpc --filter SurfaceTests</code>
/// </summary>
public class SurfaceTests
{
    [Fact]
    public void Surface_IsWhatSurfaceMdSays()
    {
        var difference = new SurfaceFile(
            Assemblies.Metadata("Surface"),
            """
            # The public surface

            Every type and member that the embedded gRPC offers, by namespace; nothing else of the official packages is there. Written by a test, which also keeps it
            true: see `tests/Grpc/Surface/SurfaceTests.cs`.

            """,
            AssemblyApi.Read(Assemblies.Ours)).Difference();
        Assert.True(difference is null, $"The public surface has changed. Review it, then write SURFACE.md anew as the comment of this class says.\n{difference}");
    }

    [Fact]
    public void Namespaces_AreTheOfficialOnes() => Assert.Equal(
        ["Grpc.AspNetCore.Server", "Grpc.Core", "Grpc.Net.Client", "Microsoft.AspNetCore.Builder", "Microsoft.Extensions.DependencyInjection"],
        AssemblyApi.Read(Assemblies.Ours).Select(type => type.Namespace).Distinct().Order(StringComparer.Ordinal));
}
