using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Templates;

namespace ActorCsi.Tests.Templates;

/// <summary>What a template makes of files, and what it says when it cannot.</summary>
public sealed class TemplateTests
{
    private const string Leaf = "-----BEGIN CERTIFICATE-----\nTEVBRg==\n-----END CERTIFICATE-----";
    private const string Root = "-----BEGIN CERTIFICATE-----\nUk9PVA==\n-----END CERTIFICATE-----";
    private const string Key = "-----BEGIN EC PRIVATE KEY-----\nS0VZ\n-----END EC PRIVATE KEY-----";

    /// <summary>No message may hold a value of these.</summary>
    private static readonly (string Path, string Content)[] Files =
    [
        ("db/user", "bob"),
        ("db/password", "p@ss word/é\n"),
        ("config.json", """{"db": {"hosts": ["one-host", "two-host"], "port": 5432, "note": "he said \"x\""}, "broken": "\ud800"}"""),
        ("chain.pem", $"{Key}\n{Leaf}\n{Root}\n"),
        ("a name + more", "odd"),
        ("encoded", "Ym9i"),
        ("no-text", "\u00ff"),
    ];

    private static readonly ImmutableArray<SecretFile> Bundle =
        [.. Files.Select(file => new SecretFile(file.Path, 420, file.Path == "no-text" ? new Secret([0xFF]) : Secret.FromText(file.Content)))];

    [Theory]
    [InlineData("nothing to put in }} { {", "nothing to put in }} { {")]
    [InlineData("", "")]
    [InlineData("{{db/user}}", "bob")]
    [InlineData("{{ db/user }}{{ db/user }}\n", "bobbob\n")]
    [InlineData("a {{\n  db/user\n}} b", "a bob b")]
    [InlineData("""{{ file "a name + more" }}""", "odd")]
    [InlineData("""{{ "{{" }}{{ "tab\tquote\"back\\line\n" }}""", "{{tab\tquote\"back\\line\n")]
    [InlineData("""{{ db/user + ":" + db/user | base64 }}""", "Ym9iOmJvYg==")]
    [InlineData("{{ encoded | base64decode }}", "bob")]
    [InlineData("{{ db/password | trim }}", "p@ss word/é")]
    [InlineData("{{ db/password | trim | urlencode }}", "p%40ss%20word%2F%C3%A9")]
    [InlineData("{{ db/password | quote }}", "\"p@ss word/é\\n\"")]
    [InlineData("""{{ config.json | json "db" "hosts" "1" }}""", "two-host")]
    [InlineData("""{{ config.json | json "db" "port" }}""", "5432")]
    [InlineData("""{{ config.json | json "db" "hosts" }}""", """["one-host", "two-host"]""")]
    [InlineData("""{{ config.json | json "db" "note" | quote }}""", "\"he said \\\"x\\\"\"")]
    [InlineData("""{{ chain.pem | pem "CERTIFICATE" }}""", Leaf + "\n" + Root + "\n")]
    [InlineData("""{{ chain.pem | pem "CERTIFICATE" "2" }}""", Root + "\n")]
    [InlineData("""{{ chain.pem | pem "PRIVATE KEY" }}""", Key + "\n")]
    [InlineData("""{{ db/user | topem "SOME DATA" }}""", "-----BEGIN SOME DATA-----\nYm9i\n-----END SOME DATA-----\n")]
    public void Render_WellFormed_PutsIn(string template, string expected)
        => Assert.Equal(expected, Template.Read(template).Render(Bundle, new TemplateRoom()).ExposeText());

    [Fact]
    public void Render_AnyBytes_StayAsTheyAre()
        => Assert.Equal([(byte)'a', 0xFF], Template.Read("a{{ no-text }}").Render(Bundle, new TemplateRoom()).Expose().ToArray());

    [Fact]
    public void Render_APathThatComesTwice_TheLastCounts()
        => Assert.Equal("new", Template.Read("{{ x }}").Render([new("x", 420, Secret.FromText("old")), new("x", 420, Secret.FromText("new"))], new TemplateRoom()).ExposeText());

    [Theory]
    [InlineData("one\ntwo {{ db/user", 2, "the template ends")]
    [InlineData("{{ }}", 1, "found '}' in a place that begins with '{{', expected the path of a file, or a text in quotes")]
    [InlineData("\n{{ db/user db/password }}", 2, "found 'd' in a place that begins with '{{', expected '+', '|' or '}}'")]
    [InlineData("{{ db/user | shout }}", 1, "'shout' is no helper, expected one of 'base64', 'base64decode', 'json'")]
    [InlineData("{{ db/user | json }}", 1, "'json' has 0 texts in quotes behind it, expected the keys")]
    [InlineData("""{{ db/user | base64 "x" }}""", 1, "'base64' has 1 texts in quotes behind it, expected none")]
    [InlineData("{{ \"no end\n }}", 1, "expected the quote that ends the text, in the same line")]
    [InlineData("""{{ "\x" }}""", 1, "a backslash in quotes stands before something else")]
    public void Read_Malformed_SaysInWhichLineAndWhatWasExpected(string template, int line, string expected)
    {
        var fault = Assert.Throws<TemplateFault>(() => Template.Read(template));

        Assert.Equal(line, fault.Line);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ db/pasword }}", "there is no file 'db/pasword', expected one of 'a name + more', 'chain.pem'")]
    [InlineData("{{ db/password | base64decode }}", "base64decode is given something else, expected base64")]
    [InlineData("{{ no-text | quote }}", "quote is given something else, expected text in UTF-8")]
    [InlineData("""{{ db/user | json "x" }}""", "json is given something else, expected JSON")]
    [InlineData("""{{ config.json | json "broken" }}""", "json is given something else, expected JSON")]
    [InlineData("""{{ config.json | json "dB" }}""", "json finds no key 'dB', expected one of 'db', 'broken'")]
    [InlineData("""{{ config.json | json "db" "hosts" "2" }}""", "json finds a list of 2 and no entry '2', expected a number from 0")]
    [InlineData("""{{ config.json | json "db" "port" "x" }}""", "json finds no object and no list in which to look for 'x'")]
    [InlineData("""{{ chain.pem | pem "KEY" }}""", "pem finds no block 'KEY', expected one of 'EC PRIVATE KEY', 'CERTIFICATE'")]
    [InlineData("""{{ db/password | pem "KEY" }}""", "pem finds no block 'KEY', expected PEM")]
    [InlineData("""{{ chain.pem | pem "CERTIFICATE" "3" }}""", "pem finds 2 blocks 'CERTIFICATE' and no number '3', expected 1 to 2")]
    [InlineData("""{{ db/user | topem "--" }}""", "'--' is no label of a PEM block")]
    public void Render_NotWhatIsNeeded_SaysWhatWasExpectedAndNoSecret(string place, string expected)
    {
        var fault = Assert.Throws<TemplateFault>(() => Template.Read("first line\nsecond " + place).Render(Bundle, new TemplateRoom()));

        Assert.Equal(2, fault.Line);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        foreach (var secret in new[] { "bob", "p@ss", "one-host", "two-host", "5432", "TEVBRg", "S0VZ", "he said" })
            Assert.DoesNotContain(secret, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_MoreThanThereIsRoomFor_IsRefusedBeforeItIsMade()
    {
        var big = new SecretFile("big", 420, new Secret(RandomNumberGenerator.GetBytes(1 << 20)));
        var template = Template.Read(string.Concat(Enumerable.Repeat("{{ big }}", 17)));

        Assert.Equal(VolumeError.Full, Assert.Throws<VolumeException>(() => template.Render([big], new TemplateRoom())).Error);
    }

    [Fact]
    public void Read_MorePlacesThanAllowed_IsRefused()
        => Assert.Contains("more than 1000 places", Assert.Throws<TemplateFault>(() => Template.Read(string.Concat(Enumerable.Repeat("{{ x }}", 1001)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Render_WhatComesOut_IsItsOwnBytes()
    {
        ImmutableArray<SecretFile> files = [new("x", 420, new Secret(Encoding.UTF8.GetBytes("secret")))];
        var rendered = Template.Read("{{ x }}").Render(files, new TemplateRoom());

        files[0].Content.Erase();

        Assert.Equal("secret", rendered.ExposeText());
    }
}
