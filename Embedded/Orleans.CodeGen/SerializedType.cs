using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActorCsi.GrainEngine.CodeGen;

/// <summary>
/// Checks a type with [GenerateSerializer]. Within one process nothing is serialised, so nothing would show here that a member does not travel; on Orleans
/// it would be lost.
/// </summary>
internal static class SerializedType
{
    public static EquatableList<Complaint> Check(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var complaints = new List<Complaint>();
        var ids = new HashSet<uint>();
        foreach (var member in ((INamedTypeSymbol)context.TargetSymbol).GetMembers().Where(member => !member.IsStatic && !member.IsImplicitlyDeclared))
        {
            cancellation.ThrowIfCancellationRequested();
            if (member.Attribute("Orleans.IdAttribute")?.ConstructorArguments[0].Value is uint id)
            {
                if (!ids.Add(id))
                    complaints.Add(Complaint.At(member, Rules.DuplicateId, member.ToDisplayString(), id.ToString()));
            }
            else if (Travels(member) && !member.Has("System.NonSerializedAttribute"))
            {
                complaints.Add(Complaint.At(member, Rules.MissingId, member.ToDisplayString()));
            }
        }
        return new(complaints);
    }

    // The positional members of a record are numbered by their place.
    private static bool Travels(ISymbol member) => member switch
    {
        IFieldSymbol field => !field.IsConst && field.AssociatedSymbol is null && field.ContainingType.TypeKind != TypeKind.Enum,
        IPropertySymbol property => property.DeclaringSyntaxReferences.Any(part => part.GetSyntax() is PropertyDeclarationSyntax { AccessorList: { } accessors }
            && accessors.Accessors.All(accessor => accessor.Body is null && accessor.ExpressionBody is null)) && property.SetMethod is not null,
        _ => false,
    };
}
