using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActorCsi.GrainEngine.CodeGen;

/// <summary>Reads one type declaration: is it a grain interface or a grain class, and what is there to generate or to refuse?</summary>
internal static class Reader
{
    private const int AlwaysInterleave = 1;
    private const int ReadOnly = 2;
    private const int OneWay = 4;

    private static readonly SymbolDisplayFormat Full = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static Finding? Read(GeneratorSyntaxContext context, CancellationToken cancellation)
    {
        if (context.SemanticModel.GetDeclaredSymbol((TypeDeclarationSyntax)context.Node, cancellation) is not { } type
            || !IsFirstPart(type, context.Node)
            || !type.AllInterfaces.Any(parent => parent.Is("Orleans.IGrain")))
            return null;
        return type.TypeKind switch
        {
            TypeKind.Interface => ReadInterface(type),
            // A class that is no IGrainBase knows nothing of its activation: it is somebody's stand-in for a grain.
            TypeKind.Class when !type.IsAbstract && type.AllInterfaces.Any(parent => parent.Is("Orleans.IGrainBase")) => ReadClass(type),
            _ => null,
        };
    }

    private static bool IsFirstPart(INamedTypeSymbol type, SyntaxNode node) =>
        type.DeclaringSyntaxReferences.First(part => part.GetSyntax() is TypeDeclarationSyntax { BaseList: not null }).GetSyntax() == node;

    private static Finding ReadInterface(INamedTypeSymbol type)
    {
        var complaints = Reachable(type);
        var methods = new List<GrainMethod>();
        foreach (var member in type.AllInterfaces.Prepend(type).SelectMany(part => part.GetMembers()))
        {
            var isOwn = SymbolEqualityComparer.Default.Equals(member.ContainingType, type);
            if (member is IPropertySymbol && isOwn)
                complaints.Add(Complaint.At(member, Rules.Property, member.ToDisplayString()));
            if (member is not IMethodSymbol { MethodKind: MethodKind.Ordinary, IsAbstract: true, IsStatic: false } method)
                continue;
            if (isOwn)
                complaints.AddRange(CheckMethod(method));
            methods.Add(ReadMethod(method));
        }
        return complaints.Count > 0
            ? new Finding(null, null, new(complaints))
            : new Finding(new GrainInterface(type.ToDisplayString(Full), type.ToDisplayString(), new(methods)), null, default);
    }

    private static IEnumerable<Complaint> CheckMethod(IMethodSymbol method)
    {
        if (method.IsGenericMethod)
            yield return Complaint.At(method, Rules.Generic, method.ToDisplayString());
        if (!IsTask(method.ReturnType))
            yield return Complaint.At(method, Rules.ReturnType, method.ToDisplayString(), method.ReturnType.ToDisplayString());
        foreach (var parameter in method.Parameters.Where(parameter => parameter.RefKind != RefKind.None))
            yield return Complaint.At(parameter, Rules.ByReference, method.ToDisplayString(), parameter.Name);
    }

    private static bool IsTask(ITypeSymbol type) => type.OriginalDefinition.ToDisplayString() is
        "System.Threading.Tasks.Task" or "System.Threading.Tasks.Task<TResult>"
        or "System.Threading.Tasks.ValueTask" or "System.Threading.Tasks.ValueTask<TResult>";

    private static GrainMethod ReadMethod(IMethodSymbol method)
    {
        var options = (method.Has("Orleans.Concurrency.AlwaysInterleaveAttribute") ? AlwaysInterleave : 0)
            | (method.Has("Orleans.Concurrency.ReadOnlyAttribute") ? ReadOnly : 0)
            | (method.Has("Orleans.Concurrency.OneWayAttribute") ? OneWay : 0);
        var timeout = method.Attribute("Orleans.ResponseTimeoutAttribute")?.ConstructorArguments[0].Value as string;
        var result = (method.ReturnType as INamedTypeSymbol)?.TypeArguments.FirstOrDefault()?.ToDisplayString(Full);
        var parameters = method.Parameters.Select(parameter => new MethodParameter(
            parameter.Type.ToDisplayString(Full),
            parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            parameter.Type.ToDisplayString() == "System.Threading.CancellationToken"));
        return new GrainMethod(
            method.ContainingType.ToDisplayString(Full), method.Name, method.ReturnType.ToDisplayString(Full), result,
            method.ReturnType.Name == "ValueTask", new(parameters), options, timeout);
    }

    private static Finding ReadClass(INamedTypeSymbol type)
    {
        var complaints = Reachable(type);
        foreach (var method in type.GetMembers().OfType<IMethodSymbol>().Where(method => method.Has("Orleans.Concurrency.AlwaysInterleaveAttribute")))
            complaints.Add(Complaint.At(method, Rules.InterleaveOnClass, method.ToDisplayString()));
        var constructor = Constructor(type);
        foreach (var parameter in constructor.Parameters.Where(parameter => parameter.Has(StateAttribute) && StateType(parameter) is null))
            complaints.Add(Complaint.At(parameter, Rules.State, type.ToDisplayString(), parameter.Name));
        var mayInterleave = MayInterleave(type, complaints);
        if (complaints.Count > 0)
            return new Finding(null, null, new(complaints));

        var interfaces = type.AllInterfaces
            .Where(parent => parent.AllInterfaces.Any(ancestor => ancestor.Is("Orleans.IGrain")) && parent.ContainingNamespace.ToDisplayString() != "Orleans")
            .Select(parent => parent.ToDisplayString(Full));
        var grainClass = new GrainClass(type.ToDisplayString(Full), new(interfaces), new(Arguments(constructor)), mayInterleave);
        return new Finding(null, grainClass, default);
    }

    private static List<Complaint> Reachable(INamedTypeSymbol type)
    {
        var complaints = new List<Complaint>();
        if (type.IsGenericType)
            complaints.Add(Complaint.At(type, Rules.Generic, type.ToDisplayString()));
        for (var outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal))
            {
                complaints.Add(Complaint.At(type, Rules.Inaccessible, type.ToDisplayString()));
                break;
            }
        }
        return complaints;
    }

    private static IMethodSymbol Constructor(INamedTypeSymbol type)
    {
        var candidates = type.InstanceConstructors.Where(constructor => constructor.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal);
        return candidates
            .OrderByDescending(constructor => constructor.Has("Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructorAttribute"))
            .ThenByDescending(constructor => constructor.Parameters.Length)
            .First();
    }

    // An expression over "activator" for one constructor parameter.
    private static string Argument(IParameterSymbol parameter)
    {
        var type = parameter.Type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(Full);
        if (StateType(parameter) is { } state && parameter.Attribute(StateAttribute) is { } facet)
        {
            var name = SymbolDisplay.FormatLiteral((string)facet.ConstructorArguments[0].Value!, quote: true);
            var storage = facet.ConstructorArguments[1].Value is string text ? SymbolDisplay.FormatLiteral(text, quote: true) : "null";
            return $"activator.State<{state.ToDisplayString(Full)}>({name}, {storage}, static () => {InitialState(state)})";
        }
        if (parameter.Type.Is("Orleans.Runtime.IGrainContext"))
            return "activator.Context";
        if (parameter.Attribute("Microsoft.Extensions.DependencyInjection.FromKeyedServicesAttribute") is { ConstructorArguments.Length: 1 } keyed)
            return $"activator.Service<{type}>({keyed.ConstructorArguments[0].ToCSharpString()})";
        if (parameter.HasExplicitDefaultValue && parameter.Type.IsReferenceType)
            return $"activator.OptionalService<{type}>()!";
        return $"activator.Service<{type}>()";
    }

    // By name, so that a number or a time with a default value can be left to it.
    private static IEnumerable<string> Arguments(IMethodSymbol constructor) => constructor.Parameters
        .Where(parameter => !parameter.HasExplicitDefaultValue || parameter.Type.IsReferenceType)
        .Select(parameter => $"@{parameter.Name}: {Argument(parameter)}");

    private const string StateAttribute = "Orleans.Runtime.PersistentStateAttribute";

    private static ITypeSymbol? StateType(IParameterSymbol parameter) =>
        parameter.Type is INamedTypeSymbol { Name: "IPersistentState", TypeArguments.Length: 1 } type ? type.TypeArguments[0] : null;

    // As in Orleans: the parameterless constructor where there is one, else an object whose constructor did not run.
    private static string InitialState(ITypeSymbol state)
    {
        var type = state.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(Full);
        if (state is not INamedTypeSymbol { TypeKind: TypeKind.Class, IsAbstract: false, SpecialType: SpecialType.None } named)
            return $"default({type})!";
        return named.InstanceConstructors.Any(constructor => constructor.Parameters.IsEmpty && constructor.DeclaredAccessibility == Accessibility.Public)
            ? $"global::System.Activator.CreateInstance<{type}>()"
            : $"({type})global::System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof({type}))";
    }

    private static string? MayInterleave(INamedTypeSymbol type, List<Complaint> complaints)
    {
        if (type.Attribute("Orleans.Concurrency.MayInterleaveAttribute")?.ConstructorArguments[0].Value is not string name)
            return null;
        var method = type.GetMembers(name).OfType<IMethodSymbol>().FirstOrDefault(method =>
            method.ReturnType.SpecialType == SpecialType.System_Boolean
            && method.Parameters.Length == 1 && method.Parameters[0].Type.Is("Orleans.Serialization.Invocation.IInvokable")
            && method.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal);
        if (method is null)
        {
            complaints.Add(Complaint.At(type, Rules.MayInterleave, type.ToDisplayString(), name));
            return null;
        }
        var self = type.ToDisplayString(Full);
        return method.IsStatic ? $"static (_, call) => {self}.{name}(call)" : $"static (grain, call) => (({self})grain).{name}(call)";
    }
}
