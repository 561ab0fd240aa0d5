using System.Collections.Immutable;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Templates;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Templates;

/// <summary>Whatever somebody writes as a template, over whatever files: bytes come of it or a fault with its line, which tells nothing of what files hold.</summary>
public sealed class MalformedTemplateTests
{
    private const string Value = "hunter2";

    private static readonly string[] Bits =
    [
        "", " ", "\n", "{{", "}}", "{", "}", "|", "+", "\"", "\\", "\\n", "text", "user", "json", "file ", "\"user\"", "\"0\"", "\"a\"", "\ud800", "é", "\u0000",
        "{{ user }}", "{{ user | base64 }}", "{{ json | json \"a\" \"0\" }}", "{{ bytes | quote }}", "{{ user | base64decode }}", "{{ pem | pem \"X\" }}", "{{ user | topem \"", "{{ user + bytes | urlencode | trim }}",
    ];

    private static readonly ImmutableArray<SecretFile> Files =
    [
        new("user", 420, Secret.FromText(Value)),
        new("json", 420, Secret.FromText($$"""{"a": ["{{Value}}", {"{{Value}}": 1}]}""")),
        new("pem", 420, Secret.FromText($"-----BEGIN X-----\n{Value}\n-----END X-----")),
        new("bytes", 420, new Secret([0xFF, 0x00, 0xC3])),
    ];

    [Fact]
    public void Render_AnyTemplate_GivesBytesOrAFaultWithoutSecrets()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(Gen.Elements(Bits).ListOf().Select(string.Concat).ToArbitrary(), Survives));

    private static bool Survives(string text)
    {
        try
        {
            return Template.Read(text).Render(Files, new TemplateRoom()).Length >= 0;
        }
        catch (TemplateFault fault)
        {
            return fault.Line >= 1 && !fault.ToString().Contains(Value, StringComparison.Ordinal);
        }
    }
}
