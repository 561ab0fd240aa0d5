using System.Text.Json;

namespace ActorCsi.Grains.JmesPath;

/// <summary>
/// An expression of JMESPath (jmespath.org/specification.html), all of it: what points into a JSON document, and can put new ones together.
/// <code>
///   JmesExpression.Parse("users[?admin].{name: name}").Search(document)
///     JmesLexer ─▶ tokens ─▶ JmesParser ─▶ JmesNode, which evaluate themselves; JmesFunctions are the built-in ones
/// </code>
/// </summary>
/// <remarks>
/// The writers of expressions and of documents are strangers to the driver: the depth of an expression and the size of what it makes are bounded.
/// Where implementations differ, this one follows go-jmespath, which the existing plugin of AWS has. It is our own because it must be bounded so, leave numbers as they
/// stand, and work without reflection.
/// </remarks>
internal sealed class JmesExpression
{
    private readonly JmesNode _root;

    private JmesExpression(JmesNode root) => _root = root;

    /// <exception cref="JmesFault">The text is no expression.</exception>
    public static JmesExpression Parse(string text) => new(new JmesParser(JmesLexer.Read(text)).Parse());

    /// <summary>What the expression finds in <paramref name="document"/>; JSON's null where it finds nothing.</summary>
    /// <exception cref="JmesFault">A function is given what it does not take, or the result would be too large.</exception>
    public JsonElement Search(JsonElement document)
    {
        try
        {
            return _root.Evaluate(document, new JmesMaker());
        }
        catch (JsonException)
        {
            throw new JmesFault("what it makes is nested too deeply");
        }
        catch (InvalidOperationException) // half a surrogate pair, escaped
        {
            throw new JmesFault("it meets a text that is no Unicode");
        }
    }
}

/// <summary>An expression that cannot be read, or cannot be evaluated. The message is of the expression, and quotes nothing of a document.</summary>
internal sealed class JmesFault(string message) : FormatException(message);
