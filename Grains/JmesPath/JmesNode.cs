using System.Collections.Immutable;
using System.Text.Json;

namespace ActorCsi.Grains.JmesPath;

/// <summary>A part of an expression that was read: it finds something in the value that is current for it.</summary>
internal abstract record JmesNode
{
    public abstract JsonElement Evaluate(JsonElement current, JmesMaker maker);

    /// <summary>What counts as false: null, false, and whatever is empty.</summary>
    protected static bool IsFalse(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };
}

/// <summary><c>@</c>, or nothing at all.</summary>
internal sealed record JmesCurrent : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker) => current;
}

/// <summary><c>name</c></summary>
internal sealed record JmesField(string Name) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
        => current.ValueKind is JsonValueKind.Object && current.TryGetProperty(Name, out var value) ? value : JmesMaker.Null;
}

/// <summary><c>[n]</c>; from the end where it is negative.</summary>
internal sealed record JmesIndex(int Index) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
    {
        if (current.ValueKind is not JsonValueKind.Array)
            return JmesMaker.Null;
        var length = current.GetArrayLength();
        var at = Index < 0 ? Index + length : Index;
        return at >= 0 && at < length ? current[at] : JmesMaker.Null;
    }
}

/// <summary><c>[from:to:step]</c>, as Python has it.</summary>
internal sealed record JmesSlice(int? From, int? To, int Step) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
        => current.ValueKind is JsonValueKind.Array ? maker.Array(Items(current)) : JmesMaker.Null;

    private IEnumerable<JsonElement> Items(JsonElement list)
    {
        var length = list.GetArrayLength();
        var (first, end) = Step > 0 ? (0, length) : (length - 1, -1);
        var (from, to) = (Bound(From, first, length), Bound(To, end, length));
        for (long at = from; Step > 0 ? at < to : at > to; at += Step)
            yield return list[(int)at];
    }

    private long Bound(int? wanted, int otherwise, int length)
    {
        if (wanted is not { } index)
            return otherwise;
        var at = index < 0 ? (long)index + length : index;
        return Step > 0 ? Math.Clamp(at, 0, length) : Math.Clamp(at, -1, length - 1);
    }
}

/// <summary><c>first.then</c>, <c>first | then</c>: they differ in how they are read, not in what they do.</summary>
internal sealed record JmesChain(JmesNode First, JmesNode Then) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker) => Then.Evaluate(First.Evaluate(current, maker), maker);
}

/// <summary><c>list[*].each</c>, <c>list[?condition].each</c>: what is found in each item, where something is.</summary>
internal sealed record JmesProjection(JmesNode List, JmesNode Each, JmesNode? Condition = null) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
    {
        var list = List.Evaluate(current, maker);
        if (list.ValueKind is not JsonValueKind.Array)
            return JmesMaker.Null;
        return maker.Array(list.EnumerateArray()
            .Where(item => Condition is null || !IsFalse(Condition.Evaluate(item, maker)))
            .Select(item => Each.Evaluate(item, maker))
            .Where(found => found.ValueKind is not JsonValueKind.Null));
    }
}

/// <summary><c>object.*.each</c>: what is found in each value. Values come as they stand in the document.</summary>
internal sealed record JmesValueProjection(JmesNode Values, JmesNode Each) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
    {
        var values = Values.Evaluate(current, maker);
        if (values.ValueKind is not JsonValueKind.Object)
            return JmesMaker.Null;
        return maker.Array(values.EnumerateObject().Select(entry => Each.Evaluate(entry.Value, maker)).Where(found => found.ValueKind is not JsonValueKind.Null));
    }
}

/// <summary><c>list[]</c>: lists in the list give way to their items.</summary>
internal sealed record JmesFlatten(JmesNode List) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
    {
        var list = List.Evaluate(current, maker);
        return list.ValueKind is JsonValueKind.Array
            ? maker.Array(list.EnumerateArray().SelectMany(item => item.ValueKind is JsonValueKind.Array ? item.EnumerateArray() : (IEnumerable<JsonElement>)[item]))
            : JmesMaker.Null;
    }
}

/// <summary><c>[one, other]</c></summary>
internal sealed record JmesList(ImmutableArray<JmesNode> Items) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
        => current.ValueKind is JsonValueKind.Null ? JmesMaker.Null : maker.Array(Items.Select(item => item.Evaluate(current, maker)));
}

/// <summary><c>{name: one, other: two}</c></summary>
internal sealed record JmesObject(ImmutableArray<KeyValuePair<string, JmesNode>> Entries) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
        => current.ValueKind is JsonValueKind.Null ? JmesMaker.Null
            : maker.Object(Entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Evaluate(current, maker))));
}

/// <summary><c>one || other</c></summary>
internal sealed record JmesOr(JmesNode One, JmesNode Other) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
        => One.Evaluate(current, maker) is var found && !IsFalse(found) ? found : Other.Evaluate(current, maker);
}

/// <summary><c>one &amp;&amp; other</c></summary>
internal sealed record JmesAnd(JmesNode One, JmesNode Other) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
        => One.Evaluate(current, maker) is var found && IsFalse(found) ? found : Other.Evaluate(current, maker);
}

/// <summary><c>!one</c></summary>
internal sealed record JmesNot(JmesNode One) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker) => JmesMaker.Boolean(IsFalse(One.Evaluate(current, maker)));
}

/// <summary><c>one == other</c> of anything; <c>&lt;</c> and its like of numbers, and null of anything else.</summary>
internal sealed record JmesComparison(JmesTokenKind Operator, JmesNode One, JmesNode Other) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
    {
        var (one, other) = (One.Evaluate(current, maker), Other.Evaluate(current, maker));
        if (Operator is JmesTokenKind.Equal or JmesTokenKind.NotEqual)
            return JmesMaker.Boolean(JsonElement.DeepEquals(one, other) == Operator is JmesTokenKind.Equal);
        if (one.ValueKind is not JsonValueKind.Number || other.ValueKind is not JsonValueKind.Number)
            return JmesMaker.Null;
        var order = one.GetDouble().CompareTo(other.GetDouble());
        return JmesMaker.Boolean(Operator switch
        {
            JmesTokenKind.Less => order < 0,
            JmesTokenKind.LessOrEqual => order <= 0,
            JmesTokenKind.Greater => order > 0,
            _ => order >= 0,
        });
    }
}

/// <summary><c>`json`</c>, <c>'text'</c></summary>
internal sealed record JmesLiteral(JsonElement Value) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker) => Value;
}

/// <summary><c>name(one, &amp;other)</c></summary>
internal sealed record JmesCall(JmesFunction Function, ImmutableArray<JmesNode> Arguments) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
        => Function.Call(new JmesArguments(Function.Name, [.. Arguments.Select(argument => Value(argument, current, maker))], maker));

    private static JmesArgument Value(JmesNode argument, JsonElement current, JmesMaker maker)
        => argument is JmesReference reference ? new(default, reference.To) : new(argument.Evaluate(current, maker), null);
}

/// <summary><c>&amp;expression</c>: not its value but itself, for a function that evaluates it.</summary>
internal sealed record JmesReference(JmesNode To) : JmesNode
{
    public override JsonElement Evaluate(JsonElement current, JmesMaker maker)
        => throw new JmesFault("an expression with & stands where no function takes it");
}
