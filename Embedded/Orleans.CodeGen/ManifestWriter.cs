using System.Text;

namespace ActorCsi.GrainEngine.CodeGen;

/// <summary>
/// Writes the description of an assembly's grains, and the module initialiser that makes it known together with those of all referenced assemblies.
/// </summary>
internal static class ManifestWriter
{
    public static string Write(
        string assembly, string codeNamespace, IReadOnlyList<GrainInterface> interfaces, IReadOnlyList<GrainClass> classes, IReadOnlyList<ReferencedManifest> others)
    {
        var describe = new StringBuilder();
        foreach (var grain in interfaces)
            describe.Append($"            registry.AddInterface<{grain.Type}>(static target => new {ReferenceWriter.ClassName(grain)}(target));\n");
        foreach (var grain in classes)
            describe.Append(AddGrain(grain));
        var initialize = string.Concat(others.Select(other =>
            $"            global::ActorCsi.GrainEngine.GrainRegistry.AddAssembly(\"{other.Assembly}\", {other.Manifest}.Describe);\n"));
        return $$"""
            {{Names.Header}}
            [assembly: global::ActorCsi.GrainEngine.GrainManifest(typeof({{codeNamespace}}.Manifest))]

            namespace {{codeNamespace}}
            {
                [global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]
                public static class Manifest
                {
                    public static void Describe(global::ActorCsi.GrainEngine.GrainRegistry registry)
                    {
            {{describe}}        }

                    [global::System.Runtime.CompilerServices.ModuleInitializer]
                    internal static void Initialize()
                    {
            {{initialize}}            global::ActorCsi.GrainEngine.GrainRegistry.AddAssembly("{{assembly}}", Describe);
                    }
                }
            }

            """;
    }

    private static string AddGrain(GrainClass grain)
    {
        var arguments = string.Join(",\n                    ", grain.Arguments);
        var interfaces = string.Concat(grain.Interfaces.Select(type => $", typeof({type})"));
        return $"""
                        registry.AddGrain<{grain.Type}>(
                            static activator => new {grain.Type}({(arguments.Length > 0 ? "\n                    " + arguments : "")}),
                            {grain.MayInterleave ?? "null"}{interfaces});

            """;
    }
}

/// <summary>The description that a referenced assembly brings.</summary>
internal sealed record ReferencedManifest(string Assembly, string Manifest);
