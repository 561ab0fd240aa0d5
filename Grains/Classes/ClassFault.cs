namespace ActorCsi.Grains.Classes;

/// <summary>Something in a class file that is wrong, or that is passed over.</summary>
/// <param name="Line">The line, from 1; 0 when it is the file as a whole.</param>
/// <param name="Field">The field, such as <c>spec.parameters.roleName</c>; empty when it is none.</param>
/// <param name="What">What was found, what was expected, how to mend it. Never a value: parameters may hold passwords.</param>
public readonly record struct ClassFault(int Line, string Field, string What)
{
    /// <summary><c>line 7: spec.provider is a list, expected a text</c></summary>
    public override string ToString()
        => (Line > 0 ? $"line {Line}: " : "") + (Field.Length > 0 ? $"{Field} {What}" : What);
}
