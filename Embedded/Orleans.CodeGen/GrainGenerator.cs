using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace ActorCsi.GrainEngine.CodeGen;

/// <summary>
/// Generates what grain code needs at run time, so that nothing is looked up by reflection or emitted while the program runs: a reference class for
/// each grain interface, a factory for each grain class, and the list of both.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class GrainGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var findings = context.SyntaxProvider
            .CreateSyntaxProvider(
                static (node, _) => node is InterfaceDeclarationSyntax { BaseList: not null } or ClassDeclarationSyntax { BaseList: not null }
                    or RecordDeclarationSyntax { BaseList: not null },
                Reader.Read)
            .Where(static finding => finding is not null)
            .Select(static (finding, _) => finding!);
        var assembly = context.CompilationProvider.Select(static (compilation, _) => compilation.AssemblyName ?? "Program");
        var referenced = context.CompilationProvider.Select(static (compilation, _) => ReferencedManifests(compilation));

        var serialized = context.SyntaxProvider.ForAttributeWithMetadataName(
            "Orleans.GenerateSerializerAttribute", static (_, _) => true, SerializedType.Check);
        context.RegisterSourceOutput(findings, static (output, finding) => Report(output, finding.Complaints));
        context.RegisterSourceOutput(serialized, Report);
        context.RegisterSourceOutput(
            findings.Where(static finding => finding.Interface is not null).Combine(assembly),
            static (output, pair) => WriteReference(output, pair.Left.Interface!, pair.Right));
        context.RegisterSourceOutput(
            findings.Collect().Select(static (all, _) => new EquatableList<Finding>(all)).Combine(assembly).Combine(referenced),
            static (output, pair) => WriteManifest(output, pair.Left.Left, pair.Left.Right, pair.Right));
    }

    private static void Report(SourceProductionContext output, EquatableList<Complaint> complaints)
    {
        foreach (var complaint in complaints)
            output.ReportDiagnostic(complaint.ToDiagnostic());
    }

    private static EquatableList<ReferencedManifest> ReferencedManifests(Compilation compilation)
    {
        var manifests =
            from assembly in compilation.SourceModule.ReferencedAssemblySymbols
            from attribute in assembly.GetAttributes()
            where attribute.AttributeClass?.ToDisplayString() == "ActorCsi.GrainEngine.GrainManifestAttribute"
            let manifest = attribute.ConstructorArguments[0].Value as INamedTypeSymbol
            where manifest is not null
            orderby assembly.Name
            select new ReferencedManifest(assembly.Name, manifest.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat));
        return new(manifests);
    }

    private static void WriteReference(SourceProductionContext output, GrainInterface grain, string assembly) => output.AddSource(
        $"{Names.Identifier(grain.Name)}.g.cs", SourceText.From(ReferenceWriter.Write(grain, Names.CodeNamespace(assembly)), Encoding.UTF8));

    private static void WriteManifest(
        SourceProductionContext output, EquatableList<Finding> findings, string assembly, EquatableList<ReferencedManifest> referenced)
    {
        List<GrainInterface> interfaces = [.. findings.Select(finding => finding.Interface).OfType<GrainInterface>().OrderBy(grain => grain.Type)];
        List<GrainClass> classes = [.. findings.Select(finding => finding.Class).OfType<GrainClass>().OrderBy(grain => grain.Type)];
        if (interfaces.Count + classes.Count + referenced.Count == 0)
            return;
        var text = ManifestWriter.Write(assembly, Names.CodeNamespace(assembly), interfaces, classes, referenced);
        output.AddSource("Manifest.g.cs", SourceText.From(text, Encoding.UTF8));
    }
}
