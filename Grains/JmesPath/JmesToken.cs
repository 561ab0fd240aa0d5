namespace ActorCsi.Grains.JmesPath;

/// <summary>The smallest parts of an expression, each with how strongly it binds what stands before it (its power): the grammar's precedence.</summary>
internal enum JmesTokenKind
{
    End,
    Identifier,
    QuotedIdentifier,
    Literal,
    Number,
    RightBracket,
    RightParenthesis,
    RightBrace,
    Comma,
    Colon,
    Current,
    Reference,
    Pipe,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Flatten,
    Star,
    Filter,
    Dot,
    Not,
    LeftBrace,
    LeftBracket,
    LeftParenthesis,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">An identifier or a number; a literal as JSON.</param>
/// <param name="Position">Where it begins, counted from 1.</param>
internal readonly record struct JmesToken(JmesTokenKind Kind, string Text, int Position)
{
    /// <summary>How strongly the token binds what stands before it.</summary>
    public int Power => Kind switch
    {
        JmesTokenKind.Pipe => 1,
        JmesTokenKind.Or => 2,
        JmesTokenKind.And => 3,
        >= JmesTokenKind.Equal and <= JmesTokenKind.GreaterOrEqual => 5,
        JmesTokenKind.Flatten => 9,
        JmesTokenKind.Star => 20,
        JmesTokenKind.Filter => 21,
        JmesTokenKind.Dot => 40,
        JmesTokenKind.Not => 45,
        JmesTokenKind.LeftBrace => 50,
        JmesTokenKind.LeftBracket => 55,
        JmesTokenKind.LeftParenthesis => 60,
        _ => 0,
    };
}
