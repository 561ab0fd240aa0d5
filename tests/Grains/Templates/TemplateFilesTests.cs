using ActorCsi.Tests.Volumes;

namespace ActorCsi.Tests.Templates;

/// <summary>Files that templates make land with the others, in any volume; a template that cannot be made leaves what is there.</summary>
public sealed class TemplateFilesTests : VolumeTest
{
    private const string Parameter = "actorcsi.io/templates";

    private string Files => string.Join(' ', Kernel.Mounts[Target].Files.Select(file => $"{file.Key}={file.Value}"));

    [Fact]
    public void Publish_ATemplate_LandsWithTheFilesThatItIsMadeOf()
    {
        SetTemplates("""- {path: app/url, mode: 0400, template: "db://{{ file | urlencode }}@x"}""");
        Provider.Gives("a b");

        Publish();

        Assert.Equal("app/url=db://a%20b@x file=a b", Files);
        Assert.Equal(256, Kernel.Mounts[Target].Modes["app/url"]);
        Assert.Single(Effects, "replace");
    }

    [Fact]
    public void Refresh_NewContent_IsPutInAnew()
    {
        SetTemplates("""- {path: app, template: "<{{ file }}>"}""");
        Provider.Gives("one").Gives("two");
        Publish();

        Refresh();

        Assert.Equal("app=<two> file=two", Files);
    }

    [Fact]
    public void Refresh_CannotBeMadeAnyMore_OldFilesStayAndItIsSaidWhy()
    {
        SetTemplates("""- {path: app, template: "{{ file | base64decode }}"}""");
        Provider.Gives("Ym9i").Gives("hunter2!");
        Publish();

        Advance(PollInterval * 1.2);

        Assert.Equal(("app=bob file=Ym9i", VolumeState.Stale), (Files, Published.State));
        Assert.Equal("SecretProviderClass default/class: parameters.actorcsi.io/templates[0] ('app'), line 1 of the template: base64decode is given something else, expected base64", Published.Reason);
        Assert.DoesNotContain(Log.All, line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void FollowClass_TemplateChanged_IsMadeAnew()
    {
        SetTemplates("""- {path: app, template: "<{{ file }}>"}""");
        Provider.Gives("one");
        Publish();
        SetTemplates("""- {path: app, template: "[{{ file }}]"}""");

        Publish();

        Assert.Equal("app=[one] file=one", Files);
    }

    [Fact]
    public void Publish_NameOfAFile_IsRefused()
    {
        SetTemplates("- {path: file, template: x}");
        Provider.Gives("one");

        Assert.Contains("templates[0].path is 'file', which is a file that the provider gives", PublishFails().Message, StringComparison.Ordinal);
        AssertGone();
    }

    [Theory]
    [InlineData("{}", "is not a YAML list of 1 to 64 entries")]
    [InlineData("- {path: a", "cannot be read as YAML, line 2")]
    [InlineData("- {path: a}", "templates[0] needs both: path")]
    [InlineData("- {path: a, template: x, owner: me}", "templates[0].owner is unknown, expected path, mode and template")]
    [InlineData("- {path: a, template: x, mode: 999}", "templates[0].mode is a number, expected permission bits")]
    [InlineData("- {path: /a, template: x}", "templates[0].path is absolute")]
    [InlineData("- {path: a, template: x}\n- {path: a, template: x}", "templates[1].path is 'a' as actorcsi.io/templates[0].path is")]
    [InlineData("- {path: a, template: \"x\\n{{ b | c }}\"}", "templates[0] ('a'), line 2 of the template: 'c' is no helper")]
    public void Publish_Malformed_IsRefusedBeforeTheProviderIsAsked(string templates, string expected)
    {
        SetTemplates(templates);

        var failure = PublishFails();

        Assert.Equal(VolumeError.Invalid, failure.Error);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Provider.Fetches);
    }

    private void SetTemplates(string templates) => Classes.Set(ClassName, ProviderName, new KeyValuePair<string, string>(Parameter, templates));
}
