using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ActorCsi.Testing.Api;

/// <summary>One public type: its declaration line, and one line for every member that other assemblies can call or override.</summary>
public sealed record ApiType(string Name, string Namespace, string Declaration, ImmutableArray<string> Members);

/// <summary>The public surface of one assembly, read from its metadata alone: nothing is loaded and no reference has to resolve.</summary>
public sealed class AssemblyApi
{
    private readonly MetadataReader _reader;

    private AssemblyApi(MetadataReader reader) => _reader = reader;

    /// <summary>All public types of the assembly at <paramref name="path"/>, sorted by name.</summary>
    public static ImmutableArray<ApiType> Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var api = new AssemblyApi(file.GetMetadataReader());
        return [.. api.PublicTypes().OrderBy(type => type.Name, StringComparer.Ordinal)];
    }

    private IEnumerable<ApiType> PublicTypes()
    {
        foreach (var handle in _reader.TypeDefinitions)
        {
            var type = _reader.GetTypeDefinition(handle);
            if (IsVisible(type))
                yield return Describe(handle, type);
        }
    }

    private bool IsVisible(TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem
            => IsVisible(_reader.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    private ApiType Describe(TypeDefinitionHandle handle, TypeDefinition type)
    {
        var members = new MemberReader(_reader, type);
        var name = TypeNameProvider.FullName(_reader, handle) + members.TypeParameterList();
        return new ApiType(name, NamespaceOf(type), members.Declaration(name), [.. members.Lines().Order(StringComparer.Ordinal)]);
    }

    private string NamespaceOf(TypeDefinition type)
    {
        while (!type.GetDeclaringType().IsNil)
            type = _reader.GetTypeDefinition(type.GetDeclaringType());
        return _reader.GetString(type.Namespace);
    }
}
