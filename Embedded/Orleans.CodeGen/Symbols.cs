using Microsoft.CodeAnalysis;

namespace ActorCsi.GrainEngine.CodeGen;

/// <summary>Questions about symbols, by full names.</summary>
internal static class Symbols
{
    public static bool Is(this ITypeSymbol type, string fullName) => type.ToDisplayString() == fullName;

    public static bool Has(this ISymbol symbol, string attribute) => symbol.Attribute(attribute) is not null;

    public static AttributeData? Attribute(this ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.ToDisplayString() == name);
}
