using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ActorCsi.Testing.Api;
using TypeName = ActorCsi.Testing.Api.TypeName;

namespace ActorCsi.Tests.Rpc.Surface;

/// <summary>A method or field as compiled code refers to it: declaring type, name, and a signature without names.</summary>
internal sealed record MemberUse(string Type, string Name, string Signature)
{
    private const int MostTypeParameters = 16;

    private static readonly TypeParameters Numbered = new(Numbers("!"), Numbers("!!"));

    /// <summary>Every member of Grpc.Core.Api that an assembly's code refers to.</summary>
    public static ImmutableArray<MemberUse> OfCoreApi(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        return
        [
            .. reader.MemberReferences.Select(reader.GetMemberReference)
                .Where(member => DeclaringType(reader, member.Parent).StartsWith("Grpc.Core.", StringComparison.Ordinal))
                .Select(member => Of(reader, member)),
        ];
    }

    /// <summary>Every method that an assembly defines in one type.</summary>
    public static ImmutableArray<MemberUse> DefinedBy(string path, string typeName)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        return
        [
            .. reader.TypeDefinitions
                .Where(handle => TypeNameProvider.FullName(reader, handle) == typeName)
                .SelectMany(handle => Defined(reader, handle, typeName)),
        ];
    }

    public override string ToString() => $"{Type}.{Name}{Signature}";

    private static IEnumerable<MemberUse> Defined(MetadataReader reader, TypeDefinitionHandle handle, string typeName)
    {
        var type = reader.GetTypeDefinition(handle);
        foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition))
            yield return new MemberUse(typeName, reader.GetString(method.Name), Render(method.DecodeSignature(TypeNameProvider.Instance, Numbered)));
        foreach (var field in type.GetFields().Select(reader.GetFieldDefinition))
            yield return new MemberUse(typeName, reader.GetString(field.Name), ": " + field.DecodeSignature(TypeNameProvider.Instance, Numbered).Render([]));
    }

    private static MemberUse Of(MetadataReader reader, MemberReference member) => new(
        DeclaringType(reader, member.Parent),
        reader.GetString(member.Name),
        member.GetKind() == MemberReferenceKind.Method
            ? Render(member.DecodeMethodSignature(TypeNameProvider.Instance, Numbered))
            : ": " + member.DecodeFieldSignature(TypeNameProvider.Instance, Numbered).Render([]));

    private static string DeclaringType(MetadataReader reader, EntityHandle parent) => parent.Kind == HandleKind.TypeSpecification
        ? reader.GetTypeSpecification((TypeSpecificationHandle)parent).DecodeSignature(TypeNameProvider.Instance, Numbered).Render([]).Split('<')[0]
        : TypeNameProvider.FullName(reader, parent);

    private static string Render(MethodSignature<TypeName> signature)
        => $"({string.Join(", ", signature.ParameterTypes.Select(type => type.Render([])))}) : {signature.ReturnType.Render([])}";

    private static ImmutableArray<string> Numbers(string prefix) => [.. Enumerable.Range(0, MostTypeParameters).Select(i => $"{prefix}{i}")];
}
