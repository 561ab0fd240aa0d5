using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ActorCsi.Grains.JmesPath;

/// <summary>
/// Reads tokens by their powers (Pratt): <see cref="Expression"/> takes what can begin an expression, and then, as long as the next token binds more strongly than
/// what waits on the left, what can go on with it.
/// </summary>
/// <remarks>
/// Projections are why the powers matter: in <c>a[*].b | c</c> everything up to the pipe belongs to each item, since a pipe binds less than
/// <see cref="EndsProjection"/>.
/// </remarks>
internal sealed class JmesParser(List<JmesToken> tokens)
{
    /// <summary>A token that binds less ends what is done with each item of a projection.</summary>
    private const int EndsProjection = 10;

    private const int Deepest = 100;

    private static readonly JmesNode Itself = new JmesCurrent();

    private int _at;
    private int _depth;

    private JmesToken Next => tokens[_at];

    public JmesNode Parse()
    {
        var root = Expression(0);
        return Next.Kind is JmesTokenKind.End ? root : throw Unexpected();
    }

    private JmesNode Expression(int power)
    {
        if (++_depth > Deepest)
            throw new JmesFault($"it is nested more than {Deepest} levels deep");
        var left = Begin(Take());
        while (power < Next.Power)
            left = GoOn(left, Take());
        _depth--;
        return left;
    }

    private JmesNode Begin(JmesToken token)
    {
        switch (token.Kind)
        {
            case JmesTokenKind.Identifier:
                return new JmesField(token.Text);
            case JmesTokenKind.QuotedIdentifier:
                return Next.Kind is JmesTokenKind.LeftParenthesis ? throw new JmesFault($"the name of a function at position {token.Position} is in quotes") : new JmesField(token.Text);
            case JmesTokenKind.Literal:
                return new JmesLiteral(JsonElement.Parse(Encoding.UTF8.GetBytes(token.Text)));
            case JmesTokenKind.Current:
                return Itself;
            case JmesTokenKind.Star:
                return new JmesValueProjection(Itself, Each(token.Power));
            case JmesTokenKind.Filter:
                return Filter(Itself);
            case JmesTokenKind.Flatten:
                return new JmesProjection(new JmesFlatten(Itself), Each(token.Power));
            case JmesTokenKind.LeftBracket when Next.Kind is JmesTokenKind.Number or JmesTokenKind.Colon:
                return IndexOrSlice(Itself);
            case JmesTokenKind.LeftBracket when Next.Kind is JmesTokenKind.Star && tokens[_at + 1].Kind is JmesTokenKind.RightBracket:
                return AllItems(Itself);
            case JmesTokenKind.LeftBracket:
                return List();
            case JmesTokenKind.LeftBrace:
                return Object();
            case JmesTokenKind.LeftParenthesis:
                var inner = Expression(0);
                Expect(JmesTokenKind.RightParenthesis);
                return inner;
            case JmesTokenKind.Not:
                return new JmesNot(Expression(token.Power));
            case JmesTokenKind.Reference:
                return new JmesReference(Expression(0));
            default:
                throw Unexpected(token);
        }
    }

    private JmesNode GoOn(JmesNode left, JmesToken token) => token.Kind switch
    {
        JmesTokenKind.Dot when Next.Kind is JmesTokenKind.Star => ValuesOf(left),
        JmesTokenKind.Dot => new JmesChain(left, AfterDot(token.Power)),
        JmesTokenKind.Pipe => new JmesChain(left, Expression(token.Power)),
        JmesTokenKind.Or => new JmesOr(left, Expression(token.Power)),
        JmesTokenKind.And => new JmesAnd(left, Expression(token.Power)),
        JmesTokenKind.LeftParenthesis => Call(left, token),
        JmesTokenKind.Filter => Filter(left),
        JmesTokenKind.Flatten => new JmesProjection(new JmesFlatten(left), Each(token.Power)),
        >= JmesTokenKind.Equal and <= JmesTokenKind.GreaterOrEqual => new JmesComparison(token.Kind, left, Expression(token.Power)),
        JmesTokenKind.LeftBracket when Next.Kind is JmesTokenKind.Number or JmesTokenKind.Colon => IndexOrSlice(left),
        JmesTokenKind.LeftBracket => AllItems(left),
        _ => throw Unexpected(token),
    };

    private JmesValueProjection ValuesOf(JmesNode left)
    {
        var star = Take();
        return new JmesValueProjection(left, Each(star.Power));
    }

    private JmesProjection AllItems(JmesNode list)
    {
        Expect(JmesTokenKind.Star);
        Expect(JmesTokenKind.RightBracket);
        return new JmesProjection(list, Each(PowerOf(JmesTokenKind.Star)));
    }

    private JmesProjection Filter(JmesNode list)
    {
        var condition = Expression(0);
        Expect(JmesTokenKind.RightBracket);
        var each = Next.Kind is JmesTokenKind.Flatten ? Itself : Each(PowerOf(JmesTokenKind.Filter));
        return new JmesProjection(list, each, condition);
    }

    private JmesNode IndexOrSlice(JmesNode list)
    {
        var parts = new int?[3];
        var colons = 0;
        while (Next.Kind is not JmesTokenKind.RightBracket)
        {
            var part = Take();
            if (part.Kind is JmesTokenKind.Colon && ++colons < 3)
                continue;
            if (part.Kind is not JmesTokenKind.Number || parts[colons] is not null || !int.TryParse(part.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                throw Unexpected(part);
            parts[colons] = number;
        }
        Expect(JmesTokenKind.RightBracket);
        if (colons == 0)
            return new JmesChain(list, new JmesIndex(parts[0]!.Value));
        if (parts[2] == 0)
            throw new JmesFault("the step of a slice is 0");
        return new JmesProjection(new JmesChain(list, new JmesSlice(parts[0], parts[1], parts[2] ?? 1)), Each(PowerOf(JmesTokenKind.Star)));
    }

    /// <summary>What is done with each item of a projection.</summary>
    private JmesNode Each(int power)
    {
        if (Next.Power < EndsProjection)
            return Itself;
        switch (Next.Kind)
        {
            case JmesTokenKind.LeftBracket or JmesTokenKind.Filter:
                return Expression(power);
            case JmesTokenKind.Dot:
                Take();
                return AfterDot(power);
            default:
                throw Unexpected();
        }
    }

    private JmesNode AfterDot(int power)
    {
        switch (Next.Kind)
        {
            case JmesTokenKind.Identifier or JmesTokenKind.QuotedIdentifier or JmesTokenKind.Star:
                return Expression(power);
            case JmesTokenKind.LeftBracket:
                Take();
                return List();
            case JmesTokenKind.LeftBrace:
                Take();
                return Object();
            default:
                throw Unexpected();
        }
    }

    private JmesList List() => new(Separated(JmesTokenKind.RightBracket, () => Expression(0)));

    private JmesObject Object() => new(Separated(JmesTokenKind.RightBrace, () =>
    {
        var name = Take();
        if (name.Kind is not (JmesTokenKind.Identifier or JmesTokenKind.QuotedIdentifier))
            throw Unexpected(name);
        Expect(JmesTokenKind.Colon);
        return KeyValuePair.Create(name.Text, Expression(0));
    }));

    private JmesCall Call(JmesNode left, JmesToken parenthesis)
    {
        if (left is not JmesField { Name: var name } || tokens[_at - 2].Kind is not JmesTokenKind.Identifier)
            throw Unexpected(parenthesis);
        var function = JmesFunctions.Find(name) ?? throw new JmesFault($"there is no function {Words.Clip(name)}");
        ImmutableArray<JmesNode> arguments = [];
        if (Next.Kind is JmesTokenKind.RightParenthesis)
            Take();
        else
            arguments = Separated(JmesTokenKind.RightParenthesis, () => Expression(0));
        if (arguments.Length < function.Fewest || arguments.Length > function.Most)
            throw new JmesFault($"{name}() is given {arguments.Length} arguments");
        return new JmesCall(function, arguments);
    }

    private ImmutableArray<T> Separated<T>(JmesTokenKind end, Func<T> read)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        while (true)
        {
            items.Add(read());
            var separator = Take();
            if (separator.Kind == end)
                return items.ToImmutable();
            if (separator.Kind is not JmesTokenKind.Comma)
                throw Unexpected(separator);
        }
    }

    private static int PowerOf(JmesTokenKind kind) => new JmesToken(kind, "", 0).Power;

    private JmesToken Take()
    {
        var token = Next;
        if (token.Kind is not JmesTokenKind.End)
            _at++;
        return token;
    }

    private void Expect(JmesTokenKind kind)
    {
        var token = Take();
        if (token.Kind != kind)
            throw Unexpected(token);
    }

    private JmesFault Unexpected() => Unexpected(Next);

    private static JmesFault Unexpected(JmesToken token)
        => new(token.Kind is JmesTokenKind.End ? "it ends too early" : $"'{Words.Clip(token.Text)}' at position {token.Position} stands where it makes no sense");
}
