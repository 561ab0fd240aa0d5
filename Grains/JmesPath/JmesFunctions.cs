using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorCsi.Grains.Providers.Plugins;

namespace ActorCsi.Grains.JmesPath;

/// <summary>A built-in function.</summary>
internal sealed record JmesFunction(string Name, int Fewest, int Most, Func<JmesArguments, JsonElement> Call);

/// <summary>An argument: a value, or an expression where it was given with <c>&amp;</c>.</summary>
internal readonly record struct JmesArgument(JsonElement Value, JmesNode? Expression);

/// <summary>The arguments of one call, taken as what the function needs.</summary>
internal sealed class JmesArguments(string function, ImmutableArray<JmesArgument> arguments, JmesMaker maker)
{
    public JmesMaker Maker => maker;

    public int Count => arguments.Length;

    public JsonElement Any(int index)
        => arguments[index].Expression is null ? arguments[index].Value : throw Wrong(index, "a value");

    public double Number(int index) => Of(index, "a number", JsonValueKind.Number).GetDouble();

    public string Text(int index) => Of(index, "a text", JsonValueKind.String).GetString()!;

    public JsonElement Object(int index) => Of(index, "an object", JsonValueKind.Object);

    public ImmutableArray<JsonElement> List(int index) => [.. Of(index, "a list", JsonValueKind.Array).EnumerateArray()];

    public ImmutableArray<JsonElement> ListOf(int index, string expected, params JsonValueKind[] kinds)
    {
        var items = List(index);
        return items.All(item => kinds.Contains(item.ValueKind)) && items.DistinctBy(item => item.ValueKind).Count() <= 1 ? items : throw Wrong(index, expected);
    }

    public JsonElement Of(int index, string expected, params JsonValueKind[] kinds)
        => kinds.Contains(Any(index).ValueKind) ? Any(index) : throw Wrong(index, expected);

    /// <summary>What the expression at <paramref name="index"/> finds in <paramref name="item"/>.</summary>
    public JsonElement Apply(int index, JsonElement item)
        => (arguments[index].Expression ?? throw Wrong(index, "an expression with &")).Evaluate(item, maker);

    /// <summary>By what the expression at <paramref name="index"/> finds in them, the items are compared: all by texts, or all by numbers.</summary>
    public IEnumerable<(JsonElement Item, JsonElement By)> Keyed(int index, ImmutableArray<JsonElement> items)
    {
        var keyed = items.Select(item => (Item: item, By: Apply(index, item))).ToList();
        if (keyed.Any(one => one.By.ValueKind is not (JsonValueKind.Number or JsonValueKind.String)) || keyed.DistinctBy(one => one.By.ValueKind).Count() > 1)
            throw Wrong(index, "an expression that finds numbers only, or texts only");
        return keyed;
    }

    private JmesFault Wrong(int index, string expected) => new($"argument {index + 1} of {function}() is not what it takes: expected {expected}");
}

/// <summary>The built-in functions of the specification.</summary>
internal static class JmesFunctions
{
    private const string NumbersOrTexts = "a list of numbers only, or of texts only";

    private static readonly FrozenDictionary<string, JmesFunction> All = new JmesFunction[]
    {
        new("abs", 1, 1, to => to.Maker.Number(Math.Abs(to.Number(0)))),
        new("avg", 1, 1, to => Numbers(to) is { IsEmpty: false } numbers ? to.Maker.Number(numbers.Average()) : JmesMaker.Null),
        new("ceil", 1, 1, to => to.Maker.Number(Math.Ceiling(to.Number(0)))),
        new("contains", 2, 2, Contains),
        new("ends_with", 2, 2, to => JmesMaker.Boolean(to.Text(0).EndsWith(to.Text(1), StringComparison.Ordinal))),
        new("floor", 1, 1, to => to.Maker.Number(Math.Floor(to.Number(0)))),
        new("join", 2, 2, to => to.Maker.Text(string.Join(to.Text(0), to.ListOf(1, "a list of texts", JsonValueKind.String).Select(item => item.GetString())))),
        new("keys", 1, 1, to => to.Maker.Array(to.Object(0).EnumerateObject().Select(entry => to.Maker.Text(entry.Name)))),
        new("length", 1, 1, Length),
        new("map", 2, 2, to => to.Maker.Array(to.List(1).Select(item => to.Apply(0, item)))),
        new("max", 1, 1, to => Comparable(to).Cast<JsonElement?>().MaxBy(item => item, Order) ?? JmesMaker.Null),
        new("max_by", 2, 2, to => First(to.Keyed(1, to.List(0)).OrderByDescending(one => one.By, ByValue))),
        new("merge", 0, int.MaxValue, Merge),
        new("min", 1, 1, to => Comparable(to).Cast<JsonElement?>().MinBy(item => item, Order) ?? JmesMaker.Null),
        new("min_by", 2, 2, to => First(to.Keyed(1, to.List(0)).OrderBy(one => one.By, ByValue))),
        new("not_null", 1, int.MaxValue, to => Enumerable.Range(0, to.Count).Select(to.Any).FirstOrDefault(value => value.ValueKind is not JsonValueKind.Null, JmesMaker.Null)),
        new("reverse", 1, 1, Reverse),
        new("sort", 1, 1, to => to.Maker.Array(Comparable(to).Order(ByValue))),
        new("sort_by", 2, 2, to => to.Maker.Array(to.Keyed(1, to.List(0)).OrderBy(one => one.By, ByValue).Select(one => one.Item))),
        new("starts_with", 2, 2, to => JmesMaker.Boolean(to.Text(0).StartsWith(to.Text(1), StringComparison.Ordinal))),
        new("sum", 1, 1, to => to.Maker.Number(Numbers(to).Sum())),
        new("to_array", 1, 1, to => to.Any(0).ValueKind is JsonValueKind.Array ? to.Any(0) : to.Maker.Array([to.Any(0)])),
        new("to_number", 1, 1, ToNumber),
        new("to_string", 1, 1, to => to.Any(0).ValueKind is JsonValueKind.String ? to.Any(0) : to.Maker.Text(Json(to.Any(0)))),
        new("type", 1, 1, to => to.Maker.Text(Type(to.Any(0)))),
        new("values", 1, 1, to => to.Maker.Array(to.Object(0).EnumerateObject().Select(entry => entry.Value))),
    }.ToFrozenDictionary(function => function.Name, StringComparer.Ordinal);

    private static Comparer<JsonElement> ByValue { get; } = Comparer<JsonElement>.Create(static (one, other) => one.ValueKind is JsonValueKind.Number
        ? one.GetDouble().CompareTo(other.GetDouble())
        : GoJson.ByBytes.Compare(one.GetString()!, other.GetString()!));

    private static Comparer<JsonElement?> Order { get; } = Comparer<JsonElement?>.Create(static (one, other) => ByValue.Compare(one!.Value, other!.Value));

    /// <summary>The function of that name; null when there is none.</summary>
    public static JmesFunction? Find(string name) => All.GetValueOrDefault(name);

    /// <summary>A value as JSON without blanks, the keys of all objects sorted: as the plugin's language writes it.</summary>
    public static string Json(JsonElement value)
    {
        var json = new StringBuilder();
        GoJson.Append(json, value);
        return json.ToString();
    }

    private static ImmutableArray<double> Numbers(JmesArguments to) => [.. to.ListOf(0, "a list of numbers", JsonValueKind.Number).Select(item => item.GetDouble())];

    private static ImmutableArray<JsonElement> Comparable(JmesArguments to) => to.ListOf(0, NumbersOrTexts, JsonValueKind.Number, JsonValueKind.String);

    private static JsonElement First(IEnumerable<(JsonElement Item, JsonElement By)> items) => items.Select(one => one.Item).FirstOrDefault(JmesMaker.Null);

    private static JsonElement Contains(JmesArguments to)
    {
        var within = to.Of(0, "a text or a list", JsonValueKind.String, JsonValueKind.Array);
        var wanted = to.Any(1);
        return JmesMaker.Boolean(within.ValueKind is JsonValueKind.Array
            ? within.EnumerateArray().Any(item => JsonElement.DeepEquals(item, wanted))
            : wanted.ValueKind is JsonValueKind.String && within.GetString()!.Contains(wanted.GetString()!, StringComparison.Ordinal));
    }

    private static JsonElement Length(JmesArguments to)
    {
        var value = to.Of(0, "a text, a list or an object", JsonValueKind.String, JsonValueKind.Array, JsonValueKind.Object);
        return to.Maker.Number(value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.EnumerateRunes().Count(),
            JsonValueKind.Array => value.GetArrayLength(),
            _ => value.GetPropertyCount(),
        });
    }

    /// <summary>The last of several entries under one name counts.</summary>
    private static JsonElement Merge(JmesArguments to)
    {
        var merged = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        for (var i = 0; i < to.Count; i++)
            foreach (var entry in to.Object(i).EnumerateObject())
                merged[entry.Name] = entry.Value;
        return to.Maker.Object(merged);
    }

    private static JsonElement Reverse(JmesArguments to)
    {
        var value = to.Of(0, "a text or a list", JsonValueKind.String, JsonValueKind.Array);
        return value.ValueKind is JsonValueKind.Array
            ? to.Maker.Array(value.EnumerateArray().Reverse())
            : to.Maker.Text(string.Concat(value.GetString()!.EnumerateRunes().Reverse()));
    }

    private static JsonElement ToNumber(JmesArguments to) => to.Any(0) switch
    {
        { ValueKind: JsonValueKind.Number } number => number,
        { ValueKind: JsonValueKind.String } text when double.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => to.Maker.Number(number),
        _ => JmesMaker.Null,
    };

    private static string Type(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
