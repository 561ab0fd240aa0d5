using System.Text;
using System.Text.Json;

namespace ActorCsi.Grains.JmesPath;

/// <summary>Cuts an expression into tokens.</summary>
internal ref struct JmesLexer
{
    private const int Longest = 16 * 1024;

    private readonly ReadOnlySpan<char> _text;
    private readonly List<JmesToken> _tokens = [];
    private int _at;

    private JmesLexer(ReadOnlySpan<char> text) => _text = text;

    /// <summary>The tokens of <paramref name="text"/>, the last one <see cref="JmesTokenKind.End"/>.</summary>
    public static List<JmesToken> Read(string text)
        => text.Length <= Longest ? new JmesLexer(text).ReadAll() : throw new JmesFault($"it has {text.Length} characters, expected at most {Longest}");

    private List<JmesToken> ReadAll()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t' or '\r' or '\n')
                _at++;
            else
                _tokens.Add(Next());
        }
        _tokens.Add(new JmesToken(JmesTokenKind.End, "", _at + 1));
        return _tokens;
    }

    private JmesToken Next()
    {
        var rest = _text[_at..];
        return rest switch
        {
            ['[', ']', ..] => Take(JmesTokenKind.Flatten, 2),
            ['[', '?', ..] => Take(JmesTokenKind.Filter, 2),
            ['|', '|', ..] => Take(JmesTokenKind.Or, 2),
            ['&', '&', ..] => Take(JmesTokenKind.And, 2),
            ['=', '=', ..] => Take(JmesTokenKind.Equal, 2),
            ['!', '=', ..] => Take(JmesTokenKind.NotEqual, 2),
            ['<', '=', ..] => Take(JmesTokenKind.LessOrEqual, 2),
            ['>', '=', ..] => Take(JmesTokenKind.GreaterOrEqual, 2),
            ['[', ..] => Take(JmesTokenKind.LeftBracket, 1),
            [']', ..] => Take(JmesTokenKind.RightBracket, 1),
            ['(', ..] => Take(JmesTokenKind.LeftParenthesis, 1),
            [')', ..] => Take(JmesTokenKind.RightParenthesis, 1),
            ['{', ..] => Take(JmesTokenKind.LeftBrace, 1),
            ['}', ..] => Take(JmesTokenKind.RightBrace, 1),
            ['|', ..] => Take(JmesTokenKind.Pipe, 1),
            ['&', ..] => Take(JmesTokenKind.Reference, 1),
            ['<', ..] => Take(JmesTokenKind.Less, 1),
            ['>', ..] => Take(JmesTokenKind.Greater, 1),
            ['!', ..] => Take(JmesTokenKind.Not, 1),
            ['.', ..] => Take(JmesTokenKind.Dot, 1),
            ['*', ..] => Take(JmesTokenKind.Star, 1),
            [',', ..] => Take(JmesTokenKind.Comma, 1),
            [':', ..] => Take(JmesTokenKind.Colon, 1),
            ['@', ..] => Take(JmesTokenKind.Current, 1),
            ['\'', ..] => RawText(),
            ['"', ..] => QuotedIdentifier(),
            ['`', ..] => Literal(),
            ['-' or (>= '0' and <= '9'), ..] => Number(),
            [var first, ..] when IsWord(first) => Take(JmesTokenKind.Identifier, LengthWhile(rest, IsWordOrDigit)),
            _ => throw new JmesFault($"'{rest[0]}' at position {_at + 1} is not understood"),
        };
    }

    private JmesToken Take(JmesTokenKind kind, int length)
    {
        var token = new JmesToken(kind, _text.Slice(_at, length).ToString(), _at + 1);
        _at += length;
        return token;
    }

    private JmesToken Number()
    {
        var digits = LengthWhile(_text[(_at + 1)..], char.IsAsciiDigit);
        if (_text[_at] == '-' && digits == 0)
            throw new JmesFault($"'-' at position {_at + 1} is followed by no number");
        return Take(JmesTokenKind.Number, digits + 1);
    }

    /// <summary>'…': a text as it stands; only the quote itself is escaped.</summary>
    private JmesToken RawText()
    {
        var position = _at + 1;
        var text = Delimited('\'').Replace("\\'", "'", StringComparison.Ordinal);
        return new JmesToken(JmesTokenKind.Literal, $"\"{JsonEncodedText.Encode(text)}\"", position);
    }

    /// <summary>"…": a name, with JSON's escapes.</summary>
    private JmesToken QuotedIdentifier()
    {
        var position = _at + 1;
        var name = Json($"\"{Delimited('"')}\"", position);
        return new JmesToken(JmesTokenKind.QuotedIdentifier, name.GetString()!, position);
    }

    /// <summary>`…`: JSON.</summary>
    private JmesToken Literal()
    {
        var position = _at + 1;
        var json = Delimited('`').Replace("\\`", "`", StringComparison.Ordinal);
        return new JmesToken(JmesTokenKind.Literal, Json(json, position).GetRawText(), position);
    }

    private static JsonElement Json(string json, int position)
    {
        try
        {
            return JsonElement.Parse(Encoding.UTF8.GetBytes(json));
        }
        catch (JsonException)
        {
            throw new JmesFault($"what is quoted at position {position} is no JSON");
        }
    }

    /// <summary>What stands between here and the next <paramref name="quote"/> that is not escaped.</summary>
    private string Delimited(char quote)
    {
        var from = _at + 1;
        for (var to = from; to < _text.Length; to++)
        {
            if (_text[to] == quote)
            {
                _at = to + 1;
                return _text[from..to].ToString();
            }
            if (_text[to] == '\\')
                to++;
        }
        throw new JmesFault($"the {quote} at position {from} is not closed");
    }

    private static int LengthWhile(ReadOnlySpan<char> text, Func<char, bool> isPart)
    {
        var length = 0;
        while (length < text.Length && isPart(text[length]))
            length++;
        return length;
    }

    private static bool IsWord(char letter) => char.IsAsciiLetter(letter) || letter == '_';

    private static bool IsWordOrDigit(char letter) => IsWord(letter) || char.IsAsciiDigit(letter);
}
