using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Grains.Templates;

/// <summary>
/// A text with places in double braces, each of which stands for files of the volume:
/// <code>
///   {{ db/password }}                                  the file, byte for byte
///   {{ db/password | urlencode }}                      what a helper makes of it; several one after another
///   {{ db/user + ":" + db/password | base64 }}         joined first
///   {{ file "a name with blanks" }}  {{ "{{" }}        any name; any text
/// </code>
/// There is nothing else: no loops, no conditions, no variables. So what comes out is never much longer than what goes in, whoever wrote the template
/// (docs/decisions/0013-templates-only-put-in.md).
/// </summary>
internal sealed class Template
{
    private const int MostPlaces = 1000;

    private readonly ImmutableArray<Piece> _pieces;

    private Template(ImmutableArray<Piece> pieces) => _pieces = pieces;

    /// <summary>Reads <paramref name="text"/>.</summary>
    /// <exception cref="TemplateFault">It is no template; says in which line, and what was expected.</exception>
    public static Template Read(string text)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var reader = new TemplateReader(text);
        while (reader.TryReadText(out var plain, out var line))
        {
            pieces.Add(new Piece(line, [TemplateValue.Of(plain)], []));
            if (reader.TryReadPlace() is not { } place)
                break;
            pieces.Add(place);
            if (pieces.Count > 2 * MostPlaces)
                throw new TemplateFault(place.Line, $"there are more than {MostPlaces} places: make several templates of it");
        }
        return new Template(pieces.ToImmutable());
    }

    /// <summary>Puts <paramref name="files"/> in. The caller owns what comes out.</summary>
    /// <exception cref="TemplateFault">A file is not there, or is not what a helper needs. Says nothing of what files hold.</exception>
    public Secret Render(ImmutableArray<SecretFile> files, TemplateRoom room)
    {
        var rendered = new List<byte[]>(_pieces.Length);
        try
        {
            foreach (var piece in _pieces)
                rendered.Add(Render(piece, files, room));
            return new Secret(Joined(rendered));
        }
        finally
        {
            Erase(rendered);
        }
    }

    private static byte[] Render(Piece piece, ImmutableArray<SecretFile> files, TemplateRoom room)
    {
        try
        {
            var parts = piece.Values.Select(value => value.Bytes(files)).ToList();
            var bytes = Joined(parts);
            Erase(parts);
            room.Take(bytes.Length);
            foreach (var (helper, arguments) in piece.Helpers)
            {
                var before = bytes;
                try
                {
                    bytes = helper.Apply(before, arguments);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(before);
                }
                room.Take(bytes.Length);
            }
            return bytes;
        }
        catch (TemplateFault fault)
        {
            throw new TemplateFault(piece.Line, fault.Message);
        }
    }

    private static byte[] Joined(List<byte[]> parts)
    {
        var joined = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(joined, at);
            at += part.Length;
        }
        return joined;
    }

    private static void Erase(List<byte[]> parts)
    {
        foreach (var part in parts)
            CryptographicOperations.ZeroMemory(part);
    }

    /// <summary>A piece of the text as it is, or a place.</summary>
    internal sealed record Piece(int Line, ImmutableArray<TemplateValue> Values, ImmutableArray<(TemplateHelper Helper, ImmutableArray<string> Arguments)> Helpers);
}

/// <summary>A text or a file.</summary>
internal readonly record struct TemplateValue(string? Text, string? File)
{
    public static TemplateValue Of(string text) => new(text, null);

    public static TemplateValue OfFile(string path) => new(null, path);

    /// <summary>The bytes; the caller owns them.</summary>
    public byte[] Bytes(ImmutableArray<SecretFile> files)
    {
        if (Text is not null)
            return Encoding.UTF8.GetBytes(Text);
        var path = File;
        // As in the volume: of a path that comes twice the last one counts.
        return files.LastOrDefault(file => file.Path == path)?.Content.Expose().ToArray()
            ?? throw new TemplateFault(0, $"there is no file '{Words.Clip(path!)}', expected one of {Words.Quoted(files.Select(file => file.Path).Order(StringComparer.Ordinal).Take(20))}");
    }
}

/// <summary>How much the templates of a class may read and write, all together: a bound on memory and time that nobody needs to think of who writes templates.</summary>
internal sealed class TemplateRoom
{
    private const int Most = 16 << 20;

    private int _left = Most;

    /// <exception cref="VolumeException">There is not so much left.</exception>
    public void Take(int bytes)
    {
        if (bytes > _left)
            throw new VolumeException(VolumeError.Full, $"the templates of the class read and write more than {Most >> 20} MiB together");
        _left -= bytes;
    }
}

/// <summary>What is wrong with a template, or with what it is made of. Holds nothing of what files hold.</summary>
/// <param name="line">Where, counted from 1.</param>
/// <param name="message">What was found and what was expected.</param>
internal sealed class TemplateFault(int line, string message) : FormatException(message)
{
    public int Line { get; } = line;
}
