using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using ActorCsi.GrainEngine;
using ActorCsi.GrainEngine.CodeGen;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorCsi.Tests.Runtime;

/// <summary>The code generator: what it refuses, and that it neither misses an assembly nor works for nothing.</summary>
public sealed class GeneratorTests
{
    private const string Sound = """
        using System.Threading.Tasks;
        using Orleans;
        using Orleans.Concurrency;
        using Orleans.Runtime;
        using Orleans.Serialization.Invocation;

        namespace Sample;

        public interface ISampleGrain : IGrainWithStringKey
        {
            Task<int> Ask(int number);
        }

        public class SampleGrain : Grain, ISampleGrain
        {
            public Task<int> Ask(int number) => Task.FromResult(number);
        }

        public class State
        {
        }
        """;

    private static readonly MetadataReference[] Platform = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
        .Where(path => Path.GetFileName(path) is "ActorCsi.Embedded.Orleans.dll" or "System.Private.CoreLib.dll" or "System.Runtime.dll"
            or "System.Collections.dll" or "System.ComponentModel.dll" or "Microsoft.Extensions.DependencyInjection.Abstractions.dll")
        .Select(path => MetadataReference.CreateFromFile(path))];

    [Fact]
    public void Source_Sound_Compiles()
    {
        var (diagnostics, compilation) = Generate(Sound);

        Assert.Empty(diagnostics);
        Assert.Empty(Errors(compilation));
    }

    // Each row spoils one thing.
    [Theory]
    [InlineData("Task<int> Ask(int number);", "Task<int> Ask(int number); int Count { get; }", "ORLEANS0008", "Sample.ISampleGrain.Count")]
    [InlineData("Task<int> Ask(int number);", "Task<int> Ask(int number); void Tell();", "ORLEANS0009", "void")]
    [InlineData("Task<int> Ask(int number);", "Task<int> Ask(int number); int Count();", "ORLEANS0009", "int")]
    [InlineData("Task<int> Ask(int number);", "Task<int> Ask(int number); System.Collections.Generic.IAsyncEnumerable<int> All();", "ORLEANS0009", "IAsyncEnumerable")]
    [InlineData("Task<int> Ask(int number);", "Task<int> Ask(int number); Task Fill(ref int number);", "ORLEANS0002", "number")]
    [InlineData("Task<int> Ask(int number);", "Task<int> Ask(int number); Task Fill(out int number);", "ORLEANS0002", "number")]
    [InlineData("Task<int> Ask(int number);", "Task<int> Ask(int number); Task<T> Any<T>();", "ACSI0002", "Any")]
    [InlineData("interface ISampleGrain :", "interface ISampleGrain<T> :", "ACSI0002", "ISampleGrain<T>")]
    [InlineData("class SampleGrain :", "class SampleGrain<T> :", "ACSI0002", "SampleGrain<T>")]
    [InlineData("public Task<int> Ask(", "[AlwaysInterleave] public Task<int> Ask(", "ORLEANS0001", "Sample.SampleGrain.Ask")]
    [InlineData("public class SampleGrain :", "public class Outer { private class Inner : Grain, ISampleGrain { public Task<int> Ask(int n) => null!; } } public class SampleGrain :",
        "ACSI0001", "Sample.Outer.Inner")]
    [InlineData("class SampleGrain :", "class SampleGrain([PersistentState(\"s\")] State state) :", "ACSI0003", "state")]
    [InlineData("public class SampleGrain :", "[MayInterleave(\"Gone\")] public class SampleGrain :", "ACSI0004", "Gone")]
    [InlineData("public class State\n{", "[GenerateSerializer] public class State\n{ [Id(1)] public int A; [Id(1)] public int B;", "ORLEANS0012", "State.B")]
    [InlineData("public class State\n{", "[GenerateSerializer] public class State\n{ public int A { get; set; }", "ORLEANS0004", "State.A")]
    public void Source_SpoiltInOnePlace_IsRefusedThere(string sound, string spoilt, string id, string place)
    {
        var source = Sound.Replace(sound, spoilt, StringComparison.Ordinal);
        Assert.NotEqual(Sound, source);

        var diagnostic = Assert.Single(Generate(source).Diagnostics);

        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.Contains(place, diagnostic.GetMessage(), StringComparison.Ordinal);
        Assert.Equal("Sample.cs", diagnostic.Location.GetLineSpan().Path);
    }

    [Fact]
    public void StandIn_ThatIsNoGrainBase_IsLeftAlone()
    {
        var (diagnostics, compilation) = Generate(Sound + """
            public class Tests
            {
                private class FakeGrain : ISampleGrain
                {
                    public Task<int> Ask(int number) => Task.FromResult(-1);
                }
            }
            """);

        Assert.Empty(diagnostics);
        Assert.Empty(Errors(compilation));
    }

    [Fact]
    public void Assembly_OnlyReferenced_IsKnownWithTheOneThatReferencesIt()
    {
        var grains = Generate(Sound, "SampleGrains").Compilation;
        var host = Generate("public static class Program { public static void Main() { } }", "SampleHost", Image(grains)).Compilation;
        var context = new AssemblyLoadContext("sample", isCollectible: false);
        context.Resolving += (context, name) => name.Name == "SampleGrains" ? context.LoadFromStream(new MemoryStream(Image(grains))) : null;

        // What the runtime does when the first code of the host runs. Nothing has touched SampleGrains yet.
        RuntimeHelpers.RunModuleConstructor(context.LoadFromStream(new MemoryStream(Image(host))).ManifestModule.ModuleHandle);

        Assert.Contains(GrainRegistry.Load().Classes, grainClass => grainClass.Type.FullName == "Sample.SampleGrain");
    }

    [Fact]
    public void UnrelatedEdit_GeneratesNothingAnew()
    {
        var compilation = Compile(Sound, "Sample");
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new GrainGenerator().AsSourceGenerator()], driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(compilation);

        driver = driver.RunGenerators(compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Unrelated { int _number; }")));

        var reasons = driver.GetRunResult().Results.Single().TrackedOutputSteps.SelectMany(steps => steps.Value).SelectMany(step => step.Outputs)
            .Select(output => output.Reason);
        Assert.All(reasons, reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{reason}"));
    }

    private static (Diagnostic[] Diagnostics, Compilation Compilation) Generate(string source, string name = "Sample", params byte[][] references)
    {
        CSharpGeneratorDriver.Create(new GrainGenerator()).RunGeneratorsAndUpdateCompilation(Compile(source, name, references), out var output, out var diagnostics);
        return ([.. diagnostics], output);
    }

    private static CSharpCompilation Compile(string source, string name, params byte[][] references) => CSharpCompilation.Create(
        name,
        [CSharpSyntaxTree.ParseText(source, path: "Sample.cs")],
        [.. Platform, .. references.Select(image => MetadataReference.CreateFromImage(image))],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    private static IEnumerable<Diagnostic> Errors(Compilation compilation) =>
        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);

    private static byte[] Image(Compilation compilation)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return image.ToArray();
    }
}
