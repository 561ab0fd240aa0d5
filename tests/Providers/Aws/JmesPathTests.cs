using System.Text;
using System.Text.Json;
using ActorCsi.Grains.JmesPath;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>JMESPath: what expressions find, what is no expression, and that neither can be made to cost the driver much.</summary>
public sealed class JmesPathTests
{
    /// <summary>What the expressions of these tests, and those that an independent implementation evaluates too, are asked about.</summary>
    internal const string Document = """
        {"a": {"b": {"c": 1}, "d e": "x", "b-c": "hyphen"}, "n": [1, 5, 3, -2.5], "t": ["b", "a", "é", "c"], "empty": [], "none": null, "no": false, "yes": true, "s": "text",
         "nested": [[1, 2], [3], 4, [[5]]], "o": {"x": {"v": 1}, "y": {"v": 2}, "z": 3},
         "users": [{"name": "bob", "age": 40, "tags": ["x", "y"]}, {"name": "al", "age": 25, "tags": []}, {"name": "cy", "age": 31}]}
        """;

    /// <summary>Expressions and what they find, as JSON with sorted keys.</summary>
    public static TheoryData<string, string> Found => new()
    {
        { "a.b.c", "1" },
        { "a.\"d e\"", "\"x\"" },
        { "a.\"b-c\"", "\"hyphen\"" },
        { "\"a\".b", "{\"c\":1}" },
        { "none", "null" },
        { "a.x.y", "null" },
        { "s.x", "null" },
        { "@.s", "\"text\"" },
        { "n[0]", "1" },
        { "n[-1]", "-2.5" },
        { "n[9]", "null" },
        { "n[1:3]", "[5,3]" },
        { "n[::-1]", "[-2.5,3,5,1]" },
        { "n[:-1:2]", "[1,3]" },
        { "n[-2:]", "[3,-2.5]" },
        { "n[7:]", "[]" },
        { "s[0:2]", "null" },
        { "users[*].name", "[\"bob\",\"al\",\"cy\"]" },
        { "users[*].tags[0]", "[\"x\"]" },
        { "users[].tags[]", "[\"x\",\"y\"]" },
        { "users[*].tags | [0]", "[\"x\",\"y\"]" },
        { "users[1:].name", "[\"al\",\"cy\"]" },
        { "users[?age > `30`].name", "[\"bob\",\"cy\"]" },
        { "users[?name == 'al'] | [0].age", "25" },
        { "users[?tags && age >= `40`].name", "[\"bob\"]" },
        { "users[?!tags].name", "[\"al\",\"cy\"]" },
        { "users[?contains(name, 'b')].{n: name, a: age}", "[{\"a\":40,\"n\":\"bob\"}]" },
        { "users[*].[name, age]", "[[\"bob\",40],[\"al\",25],[\"cy\",31]]" },
        { "nested[]", "[1,2,3,4,[5]]" },
        { "nested[][]", "[1,2,3,4,5]" },
        { "o.*.v", "[1,2]" },
        { "*.b", "[{\"c\":1}]" },
        { "o.*", "[{\"v\":1},{\"v\":2},3]" },
        { "{x: a.b.c, y: s}", "{\"x\":1,\"y\":\"text\"}" },
        { "[a.b.c, s, none]", "[1,\"text\",null]" },
        { "none.[a]", "null" },
        { "none || s", "\"text\"" },
        { "empty || no || s", "\"text\"" },
        { "yes && s", "\"text\"" },
        { "no && s", "false" },
        { "!empty", "true" },
        { "n[0] == `1`", "true" },
        { "n[0] == `1.0`", "true" },
        { "s == 'text'", "true" },
        { "a.b == `{\"c\": 1}`", "true" },
        { "s != none", "true" },
        { "n[0] < n[1]", "true" },
        { "n[0] < n[1] && !(s == 'x')", "true" },
        { "`\"lit\"`", "\"lit\"" },
        { "'it\\'s'", "\"it's\"" },
        { "`{\"a\": [1]}`.a[0]", "1" },
        { "(a.b).c", "1" },
        { "a.b.c | @", "1" },
        { "abs(n[-1])", "2.5" },
        { "avg(n)", "1.625" },
        { "avg(empty)", "null" },
        { "ceil(n[-1])", "-2" },
        { "floor(n[-1])", "-3" },
        { "contains(t, 'a')", "true" },
        { "contains(s, 'ex')", "true" },
        { "contains(n, `7`)", "false" },
        { "starts_with(s, 'te')", "true" },
        { "ends_with(s, 'te')", "false" },
        { "join('-', t)", "\"b-a-é-c\"" },
        { "sort(keys(o))", "[\"x\",\"y\",\"z\"]" },
        { "values(a.b)", "[1]" },
        { "length(s)", "4" },
        { "length(n)", "4" },
        { "length(o)", "3" },
        { "map(&name, users)", "[\"bob\",\"al\",\"cy\"]" },
        { "map(&none, users)", "[null,null,null]" },
        { "max(n)", "5" },
        { "min(t)", "\"a\"" },
        { "max(empty)", "null" },
        { "max_by(users, &age).name", "\"bob\"" },
        { "min_by(users, &age).name", "\"al\"" },
        { "merge(a.b, `{\"d\": 2}`, `{\"c\": 3}`)", "{\"c\":3,\"d\":2}" },
        { "not_null(none, s)", "\"text\"" },
        { "reverse(t)", "[\"c\",\"é\",\"a\",\"b\"]" },
        { "reverse(s)", "\"txet\"" },
        { "sort(n)", "[-2.5,1,3,5]" },
        { "sort(t)", "[\"a\",\"b\",\"c\",\"é\"]" },
        { "sort_by(users, &age)[*].name", "[\"al\",\"cy\",\"bob\"]" },
        { "sum(n)", "6.5" },
        { "sum(empty)", "0" },
        { "to_array(s)", "[\"text\"]" },
        { "to_array(n)[0]", "1" },
        { "to_number('12')", "12" },
        { "to_number(s)", "null" },
        { "to_string(a.b)", "\"{\\\"c\\\":1}\"" },
        { "to_string(s)", "\"text\"" },
        { "type(none)", "\"null\"" },
        { "users[*].type(age)", "[\"number\",\"number\",\"number\"]" },
    };

    [Theory]
    [MemberData(nameof(Found))]
    public void Search_Expression_FindsIt(string expression, string found)
        => Assert.Equal(found, Search(expression, Document));

    /// <summary>Where implementations differ, go-jmespath counts.</summary>
    [Theory]
    [InlineData("s < `1`", "null")]
    [InlineData("!a.b", "null")] // (!a).b
    [InlineData("min_by(users, &name).name", "\"al\"")]
    [InlineData("max_by(users, &name).name", "\"cy\"")]
    public void Search_ImplementationsDiffer_IsAsThePluginHasIt(string expression, string found)
        => Assert.Equal(found, Search(expression, Document));

    [Theory]
    [InlineData("", "it ends too early")]
    [InlineData("a.", "it ends too early")]
    [InlineData("a b", "'b' at position 3 stands where it makes no sense")]
    [InlineData("a-b", "'-' at position 2 is followed by no number")]
    [InlineData("a[", "it ends too early")]
    [InlineData("a[b]", "'b' at position 3")]
    [InlineData("a[1:2:3:4]", "':' at position 8")]
    [InlineData("a[::0]", "the step of a slice is 0")]
    [InlineData("a[99999999999]", "'99999999999' at position 3")]
    [InlineData("'a", "the ' at position 1 is not closed")]
    [InlineData("`{`", "what is quoted at position 1 is no JSON")]
    [InlineData("a #", "'#' at position 3 is not understood")]
    [InlineData("no_such(a)", "there is no function no_such")]
    [InlineData("abs()", "abs() is given 0 arguments")]
    [InlineData("\"abs\"(a)", "the name of a function at position 1 is in quotes")]
    [InlineData("{a}", "'}' at position 3")]
    [InlineData("(a", "it ends too early")]
    public void Parse_NoExpression_SaysWhere(string expression, string part)
        => Assert.Contains(part, Assert.Throws<JmesFault>(() => JmesExpression.Parse(expression)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("abs(s)", "argument 1 of abs() is not what it takes: expected a number")]
    [InlineData("join('', n)", "argument 2 of join() is not what it takes: expected a list of texts")]
    [InlineData("sort([`1`, 'a'])", "argument 1 of sort() is not what it takes")]
    [InlineData("sort_by(users, &tags)", "argument 2 of sort_by() is not what it takes")]
    [InlineData("map(s, users)", "argument 1 of map() is not what it takes: expected an expression with &")]
    [InlineData("length(none)", "argument 1 of length()")]
    [InlineData("&a", "an expression with & stands where no function takes it")]
    public void Search_FunctionIsGivenWhatItDoesNotTake_SaysWhich(string expression, string part)
    {
        var fault = Assert.Throws<JmesFault>(() => Search(expression, Document));
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("text\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NestedWithoutEnd_IsRefused()
    {
        Assert.Contains("nested more than", Assert.Throws<JmesFault>(() => JmesExpression.Parse(new string('(', 5000) + "a" + new string(')', 5000))).Message, StringComparison.Ordinal);
        Assert.Contains("expected at most", Assert.Throws<JmesFault>(() => JmesExpression.Parse(new string('a', 20_000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Search_DoublesAtEachStep_IsRefused()
    {
        var expression = string.Join(" | ", Enumerable.Repeat("[@, @][]", 1000));
        Assert.Contains("is larger than", Assert.Throws<JmesFault>(() => Search(expression, "[1]")).Message, StringComparison.Ordinal);
        Assert.Contains("nested too deeply", Assert.Throws<JmesFault>(() => Search(string.Join(" | ", Enumerable.Repeat("[@]", 500)), "1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Search_TextThatIsNoUnicode_IsAFault()
        => Assert.Throws<JmesFault>(() => Search("length(s)", "{\"s\": \"\\ud800\"}"));

    [Fact]
    public void Search_NumbersAsTheyStand_KeepTheirDigits()
        => Assert.Equal("[12345678901234567890,1.10]", Search("[a, b]", """{"a": 12345678901234567890, "b": 1.10}"""));

    private static string Search(string expression, string document)
        => JmesFunctions.Json(JmesExpression.Parse(expression).Search(JsonElement.Parse(Encoding.UTF8.GetBytes(document))));
}
