using System.Text;
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
        var path = Assemblies.Metadata("Surface");
        if (Environment.GetEnvironmentVariable("ACTORCSI_UPDATE_SURFACE") == "1")
            File.WriteAllText(path, Describe());

        var (written, real) = (File.ReadAllLines(path), Describe().Split('\n'));
        var difference = written.Except(real).Select(line => "- " + line).Concat(real.Except(written).Select(line => "+ " + line));
        Assert.True(
            File.ReadAllText(path) == Describe(),
            $"The public surface has changed. Review it, then write SURFACE.md anew as the comment of this class says.\n{string.Join('\n', difference)}");
    }

    [Fact]
    public void Namespaces_AreTheOfficialOnes() => Assert.Equal(
        ["Grpc.AspNetCore.Server", "Grpc.Core", "Grpc.Net.Client", "Microsoft.AspNetCore.Builder", "Microsoft.Extensions.DependencyInjection"],
        AssemblyApi.Read(Assemblies.Ours).Select(type => type.Namespace).Distinct().Order(StringComparer.Ordinal));

    private static string Describe()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # The public surface

            Every type and member that the embedded gRPC offers, by namespace; nothing else of the official packages is there. Written by a test, which also keeps it
            true: see `tests/Grpc/Surface/SurfaceTests.cs`.

            """);
        foreach (var byNamespace in AssemblyApi.Read(Assemblies.Ours).GroupBy(type => type.Namespace).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append($"\n## {byNamespace.Key}\n\n```csharp\n");
            foreach (var type in byNamespace)
            {
                text.Append($"{type.Declaration}\n");
                foreach (var member in type.Members)
                    text.Append($"    {member}\n");
            }

            text.Append("```\n");
        }

        return text.ToString();
    }
}
