using System.Collections;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace ActorCsi.GrainEngine.CodeGen;

// The generator's picture of the grain code: values only, no symbols, so that the compiler can tell that nothing changed and need not generate again.

/// <summary>A grain interface and the methods its reference must have, inherited ones included.</summary>
internal sealed record GrainInterface(string Type, string Name, EquatableList<GrainMethod> Methods);

/// <summary>One method. Types are written in full, with their nullable marks where these are allowed.</summary>
internal sealed record GrainMethod(
    string DeclaringType, string Name, string ReturnType, string? ResultType, bool IsValueTask, EquatableList<MethodParameter> Parameters, int Options, string? Timeout);

internal sealed record MethodParameter(string Type, string PlainType, bool IsToken);

/// <summary>A grain class and how to make one.</summary>
internal sealed record GrainClass(string Type, EquatableList<string> Interfaces, EquatableList<string> Arguments, string? MayInterleave);

/// <summary>What was found at one place of the source: something to generate, or complaints, or both.</summary>
internal sealed record Finding(GrainInterface? Interface, GrainClass? Class, EquatableList<Complaint> Complaints);

/// <summary>A diagnostic as a value.</summary>
internal sealed record Complaint(DiagnosticDescriptor Rule, string Path, TextSpan Span, LinePositionSpan Lines, EquatableList<string> Arguments)
{
    public static Complaint At(ISymbol symbol, DiagnosticDescriptor rule, params string[] arguments)
    {
        var location = symbol.Locations.FirstOrDefault(place => place.IsInSource) ?? Location.None;
        var lines = location.GetLineSpan();
        return new Complaint(rule, lines.Path ?? "", location.SourceSpan, lines.Span, new(arguments));
    }

    public Diagnostic ToDiagnostic() => Diagnostic.Create(
        Rule, Path.Length > 0 ? Location.Create(Path, Span, Lines) : Location.None, Arguments.Cast<object>().ToArray());
}

/// <summary>A list that equals another with equal items.</summary>
internal readonly struct EquatableList<T>(IEnumerable<T> items) : IEquatable<EquatableList<T>>, IReadOnlyList<T>
{
    private readonly T[]? _items = items.ToArray();

    public int Count => _items?.Length ?? 0;

    public T this[int index] => _items![index];

    public bool Equals(EquatableList<T> other) => this.SequenceEqual(other);

    public override bool Equals(object? obj) => obj is EquatableList<T> other && Equals(other);

    public override int GetHashCode() => this.Aggregate(17, (hash, item) => unchecked((hash * 31) + (item?.GetHashCode() ?? 0)));

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
