using ActorCsi.Testing.Api;

namespace ActorCsi.Tests.Runtime;

/// <summary>
/// SURFACE.md lists every public type and member, so that a change of either shows up in review. To write it anew:
/// <code>ACTORCSI_UPDATE_SURFACE=1 dotnet test tests/Runtime --filter SurfaceTests</code>
/// </summary>
public sealed class SurfaceTests
{
    [Fact]
    public void Surface_IsWhatSurfaceMdSays()
    {
        var difference = new SurfaceFile(
            Assemblies.Metadata("Surface"),
            """
            # The public surface

            Every type and member that the embedded grain engine offers, by namespace; nothing else of Orleans is there. What is in `ActorCsi.GrainEngine` is the engine's
            own: its options, and what generated code needs. Written by a test, which also keeps it true: see `tests/Runtime/SurfaceTests.cs`.

            """,
            Assemblies.Ours()).Difference();
        Assert.True(difference is null, $"The public surface has changed. Review it, then write SURFACE.md anew as the comment of this class says.\n{difference}");
    }

    [Fact]
    public void Namespaces_AreOrleansOwnOrTheEngines() => Assert.All(
        Assemblies.Ours(), type => Assert.True(
            type.Namespace is "ActorCsi.GrainEngine" or "Microsoft.Extensions.Hosting" or "Orleans" || type.Namespace.StartsWith("Orleans.", StringComparison.Ordinal),
            $"{type.Name} would shadow something, or be found by nobody."));
}
