using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;

namespace ActorCsi.Testing.Api;

/// <summary>Writes one type and its visible members as C#-like lines; equal lines mean source written for one compiles against the other.</summary>
public sealed class MemberReader
{
    private readonly MetadataReader _reader;
    private readonly TypeDefinition _type;
    private readonly ImmutableArray<string> _typeParameters;
    private readonly string _kind;

    public MemberReader(MetadataReader reader, TypeDefinition type)
    {
        _reader = reader;
        _type = type;
        _typeParameters = Names(type.GetGenericParameters());
        _kind = KindOf();
    }

    public string TypeParameterList() => _typeParameters.IsEmpty ? "" : "<" + string.Join(", ", _typeParameters) + ">";

    public string Declaration(string name)
    {
        var context = new TypeParameters(_typeParameters, []);
        var bases = new List<string>();
        if (_kind == "class" && BaseName() is not "System.Object")
            bases.Add(NameOf(_type.BaseType, context));
        bases.AddRange(_type.GetInterfaceImplementations()
            .Select(handle => NameOf(_reader.GetInterfaceImplementation(handle).Interface, context)).Order(StringComparer.Ordinal));
        return Usage() + Modifiers() + _kind + " " + name
            + (bases.Count > 0 ? " : " + string.Join(", ", bases) : "")
            + Constraints(_type.GetGenericParameters(), context);
    }

    public IEnumerable<string> Lines() =>
        _kind == "enum" ? EnumValues() : Fields().Concat(Properties()).Concat(Events()).Concat(Methods());

    private string KindOf()
    {
        if (_type.Attributes.HasFlag(TypeAttributes.Interface))
            return "interface";
        return BaseName() switch
        {
            "System.Enum" => "enum",
            "System.ValueType" => "struct",
            "System.MulticastDelegate" => "delegate",
            _ => "class",
        };
    }

    private string BaseName() => _type.BaseType.IsNil ? "" : TypeNameProvider.FullName(_reader, _type.BaseType);

    private string Modifiers()
    {
        var (isAbstract, isSealed) = (_type.Attributes.HasFlag(TypeAttributes.Abstract), _type.Attributes.HasFlag(TypeAttributes.Sealed));
        return _kind switch
        {
            "class" when isAbstract && isSealed => "static ",
            "class" when isAbstract => "abstract ",
            "class" when isSealed => "sealed ",
            "struct" when Has(_type.GetCustomAttributes(), "IsReadOnlyAttribute") => "readonly ",
            _ => "",
        };
    }

    // Where an attribute may stand is part of whether source compiles.
    private string Usage()
    {
        foreach (var handle in _type.GetCustomAttributes())
        {
            if (AttributeName(handle) != "AttributeUsageAttribute")
                continue;
            var blob = _reader.GetBlobReader(_reader.GetCustomAttribute(handle).Value);
            blob.ReadUInt16();
            var targets = (AttributeTargets)blob.ReadInt32();
            var (multiple, inherited) = (false, true);
            for (int named = blob.ReadUInt16(); named > 0; named--)
            {
                blob.ReadUInt16();
                var property = blob.ReadSerializedString();
                var value = blob.ReadBoolean();
                (multiple, inherited) = property == "AllowMultiple" ? (value, inherited) : (multiple, value);
            }
            return $"[AttributeUsage({targets}{(multiple ? ", AllowMultiple" : "")}{(inherited ? "" : ", NotInherited")})] ";
        }
        return "";
    }

    private IEnumerable<string> EnumValues()
    {
        foreach (var handle in _type.GetFields())
        {
            var field = _reader.GetFieldDefinition(handle);
            if (field.Attributes.HasFlag(FieldAttributes.Literal))
                yield return $"{_reader.GetString(field.Name)} = {Constant(field.GetDefaultValue())}";
            else
                yield return "underlying " + field.DecodeSignature(TypeNameProvider.Instance, new([], [])).Render([]);
        }
    }

    private IEnumerable<string> Fields()
    {
        foreach (var handle in _type.GetFields())
        {
            var field = _reader.GetFieldDefinition(handle);
            if (!IsVisible((MethodAttributes)(field.Attributes & FieldAttributes.FieldAccessMask)))
                continue;
            var type = field.DecodeSignature(TypeNameProvider.Instance, new(_typeParameters, [])).Render(Nullable(field.GetCustomAttributes()));
            var modifiers = field.Attributes.HasFlag(FieldAttributes.Literal) ? "const "
                : (field.Attributes.HasFlag(FieldAttributes.Static) ? "static " : "")
                + (field.Attributes.HasFlag(FieldAttributes.InitOnly) ? "readonly " : "");
            yield return $"{Access((MethodAttributes)(field.Attributes & FieldAttributes.FieldAccessMask))}{modifiers}{type} {_reader.GetString(field.Name)}";
        }
    }

    private IEnumerable<string> Properties()
    {
        foreach (var handle in _type.GetProperties())
        {
            var property = _reader.GetPropertyDefinition(handle);
            var accessors = property.GetAccessors();
            var getter = Visible(accessors.Getter);
            var setter = Visible(accessors.Setter);
            if ((getter ?? setter) is not { } shown)
                continue;
            var signature = property.DecodeSignature(TypeNameProvider.Instance, new(_typeParameters, []));
            var index = signature.ParameterTypes.IsEmpty ? "" : "[" + string.Join(", ", signature.ParameterTypes.Select(type => type.Render([]))) + "]";
            var required = Has(property.GetCustomAttributes(), "RequiredMemberAttribute") ? "required " : "";
            yield return $"{MethodModifiers(shown)}{required}{signature.ReturnType.Render(Nullable(property.GetCustomAttributes()))} "
                + $"{_reader.GetString(property.Name)}{index} {{ {(getter is null ? "" : "get; ")}{SetterText(shown, setter)}}}";
        }
    }

    private string SetterText(MethodDefinition shown, MethodDefinition? setter)
    {
        if (setter is not { } method)
            return "";
        var access = Access(method.Attributes) == Access(shown.Attributes) ? "" : Access(method.Attributes);
        return access + (IsInit(method) ? "init; " : "set; ");
    }

    private bool IsInit(MethodDefinition setter)
    {
        var blob = _reader.GetBlobReader(setter.Signature);
        blob.ReadSignatureHeader();
        blob.ReadCompressedInteger();
        return blob.ReadSignatureTypeCode() == SignatureTypeCode.RequiredModifier;
    }

    private IEnumerable<string> Events()
    {
        foreach (var handle in _type.GetEvents())
        {
            var definition = _reader.GetEventDefinition(handle);
            if (Visible(definition.GetAccessors().Adder) is { } adder)
                yield return $"{MethodModifiers(adder)}event {NameOf(definition.Type, new(_typeParameters, []))} {_reader.GetString(definition.Name)}";
        }
    }

    private MethodDefinition? Visible(MethodDefinitionHandle handle) =>
        !handle.IsNil && _reader.GetMethodDefinition(handle) is var method && IsVisible(method.Attributes) ? method : null;

    private IEnumerable<string> Methods()
    {
        foreach (var handle in _type.GetMethods())
        {
            var method = _reader.GetMethodDefinition(handle);
            var name = _reader.GetString(method.Name);
            var special = method.Attributes.HasFlag(MethodAttributes.SpecialName) && !name.StartsWith("op_", StringComparison.Ordinal) && name != ".ctor";
            // What the compiler writes for a record is not what its author offers.
            if (IsVisible(method.Attributes) && !special && name is not ".cctor" && !name.Contains('<', StringComparison.Ordinal))
                yield return Method(method, name);
        }
    }

    private string Method(MethodDefinition method, string name)
    {
        var own = Names(method.GetGenericParameters());
        var context = new TypeParameters(_typeParameters, own);
        var signature = method.DecodeSignature(TypeNameProvider.Instance, context);
        var described = method.GetParameters().Select(_reader.GetParameter).ToDictionary(parameter => parameter.SequenceNumber);
        var inherited = Context(method.GetCustomAttributes());
        var parameters = signature.ParameterTypes.Select((type, i) =>
            described.TryGetValue(i + 1, out var parameter) ? Parameter(parameter, type, inherited) : type.Render(inherited));
        var returned = described.TryGetValue(0, out var result) ? Nullable(result.GetCustomAttributes(), inherited) : inherited;
        var head = name == ".ctor" ? "new" : signature.ReturnType.Render(returned) + " " + name;
        var list = own.IsEmpty ? "" : "<" + string.Join(", ", own) + ">";
        var extension = Has(method.GetCustomAttributes(), "ExtensionAttribute") ? "this " : "";
        return $"{MethodModifiers(method)}{head}{list}({extension}{string.Join(", ", parameters)}){Constraints(method.GetGenericParameters(), context)}";
    }

    private string Parameter(Parameter parameter, TypeName type, ReadOnlySpan<byte> inherited)
    {
        var text = type.Render(Nullable(parameter.GetCustomAttributes(), inherited));
        if (text.StartsWith("ref ", StringComparison.Ordinal) && parameter.Attributes.HasFlag(ParameterAttributes.Out))
            text = "out " + text[4..];
        else if (text.StartsWith("ref ", StringComparison.Ordinal) && Has(parameter.GetCustomAttributes(), "IsReadOnlyAttribute"))
            text = "in " + text[4..];
        if (Has(parameter.GetCustomAttributes(), "ParamArrayAttribute"))
            text = "params " + text;
        var value = parameter.Attributes.HasFlag(ParameterAttributes.HasDefault) ? " = " + Constant(parameter.GetDefaultValue())
            : parameter.Attributes.HasFlag(ParameterAttributes.Optional) ? " = default" : "";
        return $"{text} {_reader.GetString(parameter.Name)}{value}";
    }

    private string MethodModifiers(MethodDefinition method)
    {
        var attributes = method.Attributes;
        if (_kind == "interface")
            return attributes.HasFlag(MethodAttributes.Static) ? "static " : attributes.HasFlag(MethodAttributes.Abstract) ? "" : "default ";
        var inherited = attributes.HasFlag(MethodAttributes.Virtual) && !attributes.HasFlag(MethodAttributes.NewSlot);
        return Access(attributes)
            + (attributes.HasFlag(MethodAttributes.Static) ? "static " : "")
            + (attributes.HasFlag(MethodAttributes.Abstract) ? "abstract "
                : inherited ? (attributes.HasFlag(MethodAttributes.Final) ? "sealed override " : "override ")
                : attributes.HasFlag(MethodAttributes.Virtual) && !attributes.HasFlag(MethodAttributes.Final) ? "virtual " : "");
    }

    private static bool IsVisible(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    private static string Access(MethodAttributes attributes) => (attributes & MethodAttributes.MemberAccessMask) switch
    {
        MethodAttributes.Family => "protected ",
        MethodAttributes.FamORAssem => "protected internal ",
        _ => "",
    };

    private string Constraints(GenericParameterHandleCollection handles, TypeParameters context)
    {
        var text = "";
        foreach (var handle in handles)
        {
            var parameter = _reader.GetGenericParameter(handle);
            var parts = new List<string>();
            if (parameter.Attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
                parts.Add("class");
            parts.AddRange(parameter.GetConstraints().Select(constraint => NameOf(_reader.GetGenericParameterConstraint(constraint).Type, context)));
            if (parameter.Attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
                parts.Add("new()");
            if (parts.Count > 0)
                text += $" where {_reader.GetString(parameter.Name)} : {string.Join(", ", parts)}";
        }
        return text;
    }

    private string NameOf(EntityHandle handle, TypeParameters context) => handle.Kind == HandleKind.TypeSpecification
        ? _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(TypeNameProvider.Instance, context).Render([])
        : TypeNameProvider.FullName(_reader, handle);

    private string Constant(ConstantHandle handle)
    {
        if (handle.IsNil)
            return "default";
        var constant = _reader.GetConstant(handle);
        return _reader.GetBlobReader(constant.Value).ReadConstant(constant.TypeCode) switch
        {
            null => "null",
            string text => "\"" + text + "\"",
            bool flag => flag ? "true" : "false",
            var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    private ImmutableArray<string> Names(GenericParameterHandleCollection handles) =>
        [.. handles.Select(handle => _reader.GetString(_reader.GetGenericParameter(handle).Name))];

    private byte[] Nullable(CustomAttributeHandleCollection attributes, ReadOnlySpan<byte> otherwise = default)
    {
        foreach (var handle in attributes)
        {
            if (AttributeName(handle) != "NullableAttribute")
                continue;
            var attribute = _reader.GetCustomAttribute(handle);
            var blob = _reader.GetBlobReader(attribute.Value);
            blob.ReadUInt16();
            // The constructor takes one byte or an array of them; the blob of the first is 5 bytes long: prolog, byte, named count.
            return blob.Length == 5 ? [blob.ReadByte()] : blob.ReadBytes(blob.ReadInt32());
        }
        return otherwise.IsEmpty ? Context(_type.GetCustomAttributes()) : otherwise.ToArray();
    }

    private byte[] Context(CustomAttributeHandleCollection attributes)
    {
        foreach (var handle in attributes)
        {
            if (AttributeName(handle) != "NullableContextAttribute")
                continue;
            var blob = _reader.GetBlobReader(_reader.GetCustomAttribute(handle).Value);
            blob.ReadUInt16();
            return [blob.ReadByte()];
        }
        for (var outer = _type.GetDeclaringType(); !outer.IsNil;)
            return new MemberReader(_reader, _reader.GetTypeDefinition(outer)).Context(_reader.GetTypeDefinition(outer).GetCustomAttributes());
        return attributes.Equals(_type.GetCustomAttributes()) ? [0] : Context(_type.GetCustomAttributes());
    }

    private bool Has(CustomAttributeHandleCollection attributes, string name) => attributes.Any(handle => AttributeName(handle) == name);

    private string AttributeName(CustomAttributeHandle handle)
    {
        var constructor = _reader.GetCustomAttribute(handle).Constructor;
        var type = constructor.Kind == HandleKind.MemberReference
            ? _reader.GetMemberReference((MemberReferenceHandle)constructor).Parent
            : _reader.GetMethodDefinition((MethodDefinitionHandle)constructor).GetDeclaringType();
        var name = TypeNameProvider.FullName(_reader, type);
        return name[(name.LastIndexOf('.') + 1)..];
    }
}
