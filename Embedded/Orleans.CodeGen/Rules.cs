using Microsoft.CodeAnalysis;

namespace ActorCsi.GrainEngine.CodeGen;

/// <summary>What is refused. Rules that Orleans' own analyzers have carry their numbers, so that code that passes here passes there.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor InterleaveOnClass = Rule(
        "ORLEANS0001", "[AlwaysInterleave] belongs on the interface",
        "{0} carries [AlwaysInterleave]; the attribute works on the method of the grain interface only");

    public static readonly DiagnosticDescriptor ByReference = Rule(
        "ORLEANS0002", "Grain methods take no ref, out or in parameters",
        "Parameter {1} of {0} is passed by reference; return the value instead, it has to travel");

    public static readonly DiagnosticDescriptor MissingId = Rule(
        "ORLEANS0004", "Members that travel have an [Id]", "{0} is a member of a type with [GenerateSerializer] and has neither [Id] nor [NonSerialized]");

    public static readonly DiagnosticDescriptor Property = Rule(
        "ORLEANS0008", "Grain interfaces have no properties", "{0} is a property; a grain is asked by methods that return a task");

    public static readonly DiagnosticDescriptor ReturnType = Rule(
        "ORLEANS0009", "Grain methods return a task", "{0} returns {1}; it must return Task, Task<T>, ValueTask or ValueTask<T>");

    public static readonly DiagnosticDescriptor DuplicateId = Rule(
        "ORLEANS0012", "Members have different [Id] numbers", "{0} has the [Id] {1}, which another member of the type has too");

    public static readonly DiagnosticDescriptor Inaccessible = Rule(
        "ACSI0001", "Grain types are public or internal", "{0} cannot be reached by generated code; make it and what it is nested in public or internal");

    public static readonly DiagnosticDescriptor Generic = Rule(
        "ACSI0002", "Generic grains are not supported", "{0} has type parameters, which the embedded grain runtime does not support");

    public static readonly DiagnosticDescriptor State = Rule(
        "ACSI0003", "[PersistentState] goes with IPersistentState<T>", "Parameter {1} of {0} carries [PersistentState] but is not an IPersistentState<T>");

    public static readonly DiagnosticDescriptor MayInterleave = Rule(
        "ACSI0004", "[MayInterleave] names a method", "{0} names {1} in [MayInterleave]; it must have a method bool {1}(IInvokable), public or internal");

    private static DiagnosticDescriptor Rule(string id, string title, string message) =>
        new(id, title, message, "Grains", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
