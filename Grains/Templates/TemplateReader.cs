using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorCsi.Grains.Templates;

/// <summary>Reads a template from its beginning to its end.</summary>
internal sealed class TemplateReader(string text)
{
    private const string Open = "{{";
    private const string Close = "}}";

    private int _at;
    private int _line = 1;

    /// <summary>The text up to the next place, and its line; false at the end.</summary>
    public bool TryReadText([NotNullWhen(true)] out string? plain, out int line)
    {
        line = _line;
        plain = null;
        if (_at == text.Length)
            return false;
        var end = text.IndexOf(Open, _at, StringComparison.Ordinal);
        plain = text[_at..(end < 0 ? text.Length : end)];
        Skip(plain.Length);
        return true;
    }

    /// <summary>The place that begins here; null at the end.</summary>
    public Template.Piece? TryReadPlace()
    {
        if (_at == text.Length)
            return null;
        var line = _line;
        Skip(Open.Length);
        var values = ImmutableArray.CreateBuilder<TemplateValue>();
        do
            values.Add(ReadValue());
        while (TrySkip("+"));
        var helpers = ImmutableArray.CreateBuilder<(TemplateHelper, ImmutableArray<string>)>();
        while (TrySkip("|"))
            helpers.Add(ReadHelper());
        if (!TrySkip(Close))
            throw Expected("'+', '|' or '}}'");
        return new Template.Piece(line, values.ToImmutable(), helpers.ToImmutable());
    }

    private TemplateValue ReadValue()
    {
        SkipBlanks();
        if (Next is '"')
            return TemplateValue.Of(ReadQuoted());
        var word = ReadWord();
        if (word.Length == 0)
            throw Expected("the path of a file, or a text in quotes");
        SkipBlanks();
        return word == "file" && Next is '"' ? TemplateValue.OfFile(ReadQuoted()) : TemplateValue.OfFile(word);
    }

    private (TemplateHelper, ImmutableArray<string>) ReadHelper()
    {
        SkipBlanks();
        var name = ReadWord();
        var helper = TemplateHelper.Find(name)
            ?? throw Fault($"'{Words.Clip(name)}' is no helper, expected one of {Words.Quoted(TemplateHelper.Names)}");
        var arguments = ImmutableArray.CreateBuilder<string>();
        for (SkipBlanks(); Next is '"'; SkipBlanks())
            arguments.Add(ReadQuoted());
        return arguments.Count >= helper.LeastArguments && arguments.Count <= helper.MostArguments ? (helper, arguments.ToImmutable())
            : throw Fault($"'{name}' has {arguments.Count} texts in quotes behind it, expected {helper.Usage}");
    }

    private string ReadWord()
    {
        var start = _at;
        while (Next is { } letter && !char.IsWhiteSpace(letter) && letter is not ('+' or '|' or '"' or '}' or '{'))
            _at++;
        return text[start.._at];
    }

    /// <summary>A text in quotes: \" \\ \n and \t as in JSON.</summary>
    private string ReadQuoted()
    {
        var read = new StringBuilder();
        for (Skip(1); Next is { } letter && letter is not ('"' or '\n'); Skip(1))
        {
            if (letter is '\\')
            {
                Skip(1);
                letter = Next switch
                {
                    'n' => '\n',
                    't' => '\t',
                    '"' or '\\' => Next.Value,
                    _ => throw Fault("a backslash in quotes stands before something else than n, t, \" or \\"),
                };
            }
            read.Append(letter);
        }
        if (Next is not '"')
            throw Expected("the quote that ends the text, in the same line");
        Skip(1);
        return read.ToString();
    }

    private char? Next => _at < text.Length ? text[_at] : null;

    private bool TrySkip(string sign)
    {
        SkipBlanks();
        if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0)
            return false;
        Skip(sign.Length);
        return true;
    }

    private void SkipBlanks()
    {
        while (Next is { } letter && char.IsWhiteSpace(letter))
            Skip(1);
    }

    private void Skip(int length)
    {
        _line += text.AsSpan(_at, length).Count('\n');
        _at += length;
    }

    private TemplateFault Expected(string what)
        => Fault($"{(Next is { } letter ? $"found '{Words.Clip(letter.ToString())}'" : "the template ends")} in a place that begins with '{{{{', expected {what}");

    private TemplateFault Fault(string what) => new(_line, what);
}
