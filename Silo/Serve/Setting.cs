using System.CommandLine;
using System.CommandLine.Parsing;

namespace ActorCsi.Silo.Serve;

/// <summary>
/// One option of the program: from the command line, else from the environment, else its default. All three are text and are read
/// by the same parser, so that a fault in any of them is told in the same words.
/// </summary>
/// <remarks>
/// The command line's library sees text only: its own generic code over each of our types would be compiled anew at every start, for it cannot be in our images.
/// </remarks>
internal sealed class Setting<T> : Option<string>
{
    private readonly Func<string, T> _parse;

    /// <param name="name">The option's name, without dashes. <c>ACTORCSI_</c> and the name in capitals is its environment variable.</param>
    /// <param name="otherwise">The value when nothing is given.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="parse">Reads the text; throws a <see cref="FormatException"/> that says what was expected.</param>
    /// <param name="environment">Further environment variables that count.</param>
    public Setting(string name, string otherwise, string description, Func<string, T> parse, params string[] environment) : base("--" + name)
    {
        _parse = parse;
        string[] variables = ["ACTORCSI_" + name.ToUpperInvariant().Replace('-', '_'), .. environment];
        Description = description;
        Arity = typeof(T) == typeof(bool) ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore; // each may be given again, and the last one counts, as with Go's flags
        CustomParser = result => Check(result, result.Tokens is [] ? "true" : result.Tokens[^1].Value, "--" + name);
        DefaultValueFactory = result =>
        {
            foreach (var variable in variables)
                if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text)
                    return Check(result, text, variable);
            return otherwise;
        };
    }

    /// <summary>What it was set to.</summary>
    public T Of(ParseResult parsed) => _parse(parsed.GetRequiredValue(this));

    private string Check(ArgumentResult result, string text, string source)
    {
        try
        {
            _parse(text);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            result.AddError($"{source}: '{text}' cannot be used: {e.Message}");
        }
        return text;
    }
}
