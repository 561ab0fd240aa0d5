using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Text;

namespace ActorCsi.Testing.Api;

/// <summary>A type as it stands in a signature, kept as a tree so that nullable annotations can be laid over it.</summary>
public sealed record TypeName(string Name, bool IsValueType, ImmutableArray<TypeName> Arguments, string Suffix = "")
{
    public static TypeName Simple(string name, bool isValueType) => new(name, isValueType, []);

    /// <summary>
    /// C# writes one byte per reference type, type parameter and constructed value type, in pre-order: 0 oblivious, 1 not null, 2 nullable.
    /// One byte alone stands for all of them.
    /// </summary>
    public string Render(ReadOnlySpan<byte> nullable)
    {
        var text = new StringBuilder();
        var position = 0;
        Append(text, nullable, ref position);
        return text.ToString();
    }

    private void Append(StringBuilder text, ReadOnlySpan<byte> nullable, ref int position)
    {
        if (Suffix is "&" or "*")
        {
            text.Append(Suffix is "&" ? "ref " : "");
            Arguments[0].Append(text, nullable, ref position);
            text.Append(Suffix is "*" ? "*" : "");
            return;
        }

        var takesByte = !IsValueType || Arguments.Length > 0;
        var flag = !takesByte ? (byte)0 : nullable.Length == 1 ? nullable[0] : position < nullable.Length ? nullable[position] : (byte)0;
        position += takesByte ? 1 : 0;

        if (Suffix.Length > 0)
        {
            Arguments[0].Append(text, nullable, ref position);
            text.Append(Suffix);
        }
        else if (Name == "System.Nullable")
        {
            Arguments[0].Append(text, nullable, ref position);
            text.Append('?');
        }
        else
        {
            text.Append(Name);
            AppendArguments(text, nullable, ref position);
        }

        if (!IsValueType && flag == 2)
            text.Append('?');
    }

    private void AppendArguments(StringBuilder text, ReadOnlySpan<byte> nullable, ref int position)
    {
        if (Arguments.IsEmpty)
            return;
        text.Append('<');
        for (var i = 0; i < Arguments.Length; i++)
        {
            text.Append(i > 0 ? ", " : "");
            Arguments[i].Append(text, nullable, ref position);
        }
        text.Append('>');
    }
}

/// <summary>Decodes metadata signatures to <see cref="TypeName"/>; the context is the names of the type parameters in scope.</summary>
public sealed class TypeNameProvider : ISignatureTypeProvider<TypeName, TypeParameters>
{
    public static readonly TypeNameProvider Instance = new();

    public TypeName GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode switch
    {
        PrimitiveTypeCode.Void => TypeName.Simple("void", true),
        PrimitiveTypeCode.Boolean => TypeName.Simple("bool", true),
        PrimitiveTypeCode.Byte => TypeName.Simple("byte", true),
        PrimitiveTypeCode.SByte => TypeName.Simple("sbyte", true),
        PrimitiveTypeCode.Char => TypeName.Simple("char", true),
        PrimitiveTypeCode.Int16 => TypeName.Simple("short", true),
        PrimitiveTypeCode.UInt16 => TypeName.Simple("ushort", true),
        PrimitiveTypeCode.Int32 => TypeName.Simple("int", true),
        PrimitiveTypeCode.UInt32 => TypeName.Simple("uint", true),
        PrimitiveTypeCode.Int64 => TypeName.Simple("long", true),
        PrimitiveTypeCode.UInt64 => TypeName.Simple("ulong", true),
        PrimitiveTypeCode.Single => TypeName.Simple("float", true),
        PrimitiveTypeCode.Double => TypeName.Simple("double", true),
        PrimitiveTypeCode.String => TypeName.Simple("string", false),
        PrimitiveTypeCode.Object => TypeName.Simple("object", false),
        _ => TypeName.Simple("System." + typeCode, true),
    };

    public TypeName GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        TypeName.Simple(FullName(reader, handle), rawTypeKind == (byte)SignatureTypeKind.ValueType);

    public TypeName GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        TypeName.Simple(FullName(reader, handle), rawTypeKind == (byte)SignatureTypeKind.ValueType);

    public TypeName GetTypeFromSpecification(MetadataReader reader, TypeParameters context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public TypeName GetGenericInstantiation(TypeName genericType, ImmutableArray<TypeName> typeArguments) =>
        genericType with { Arguments = typeArguments };

    public TypeName GetGenericTypeParameter(TypeParameters context, int index) => TypeName.Simple(context.OfType[index], false);

    public TypeName GetGenericMethodParameter(TypeParameters context, int index) => TypeName.Simple(context.OfMethod[index], false);

    public TypeName GetArrayType(TypeName elementType, ArrayShape shape) =>
        new("", false, [elementType], "[" + new string(',', shape.Rank - 1) + "]");

    public TypeName GetSZArrayType(TypeName elementType) => new("", false, [elementType], "[]");

    public TypeName GetByReferenceType(TypeName elementType) => new("", true, [elementType], "&");

    public TypeName GetPointerType(TypeName elementType) => new("", true, [elementType], "*");

    public TypeName GetFunctionPointerType(MethodSignature<TypeName> signature) => TypeName.Simple("delegate*", true);

    public TypeName GetPinnedType(TypeName elementType) => elementType;

    // A required modifier is how init accessors and `in` parameters are marked; the renderer reads those elsewhere.
    public TypeName GetModifiedType(TypeName modifier, TypeName unmodifiedType, bool isRequired) => unmodifiedType;

    public static string FullName(MetadataReader reader, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => FullName(reader, (TypeDefinitionHandle)handle),
        HandleKind.TypeReference => FullName(reader, (TypeReferenceHandle)handle),
        _ => "",
    };

    private static string FullName(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var outer = type.GetDeclaringType();
        return Join(outer.IsNil ? reader.GetString(type.Namespace) : FullName(reader, outer), reader.GetString(type.Name));
    }

    private static string FullName(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var outer = type.ResolutionScope.Kind == HandleKind.TypeReference
            ? FullName(reader, (TypeReferenceHandle)type.ResolutionScope)
            : reader.GetString(type.Namespace);
        return Join(outer, reader.GetString(type.Name));
    }

    private static string Join(string outer, string name)
    {
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        return (outer.Length > 0 ? outer + "." : "") + (tick < 0 ? name : name[..tick]);
    }
}

public sealed record TypeParameters(ImmutableArray<string> OfType, ImmutableArray<string> OfMethod);
