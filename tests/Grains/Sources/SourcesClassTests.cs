using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers.Sources;

namespace ActorCsi.Tests.Sources;

/// <summary>What may stand in <c>parameters.sources</c>.</summary>
public sealed class SourcesClassTests
{
    [Fact]
    public void Of_ListsAndMappings_AreWhatTheProviderReadsInAText()
    {
        var source = Assert.Single(SourcesClass.Of(Class("""
            - provider: vault
              parameters:
                roleName: shop
                retries: 3
                objects:
                  - {objectName: user, filePermission: 0400, secretKey: "yes", allKeys: true}
            """)));

        Assert.Equal("""[{"allKeys":true,"filePermission":0400,"objectName":"user","secretKey":"yes"}]""", source.Class.Parameters["objects"]);
        Assert.Equal(("shop", "3"), (source.Class.Parameters["roleName"], source.Class.Parameters["retries"]));
    }

    [Fact]
    public void Of_SameInstance_GivesTheSameClasses()
    {
        var secretClass = Class("- {provider: vault}");

        Assert.Same(SourcesClass.Of(secretClass)[0].Class, SourcesClass.Of(secretClass)[0].Class);
    }

    [Fact]
    public void Of_NoName_IsCalledAsItsProvider()
        => Assert.Equal(["vault", "second"], SourcesClass.Of(Class("- {provider: vault}\n- {provider: vault, name: second}")).Select(source => source.Name));

    [Theory]
    [InlineData("", "is not a YAML list of 1 to 16 entries")]
    [InlineData("[]", "is not a YAML list of 1 to 16 entries")]
    [InlineData("provider: vault", "is not a YAML list of 1 to 16 entries")]
    [InlineData("- {provider: [}", "cannot be read as YAML, line 1")]
    [InlineData("- vault", "parameters.sources[0] is a text, expected {provider, parameters}")]
    [InlineData("- {name: a}", "parameters.sources[0].provider is missing")]
    [InlineData("- {provider: 1}", "parameters.sources[0].provider is a number, expected a text: put it in quotes")]
    [InlineData("- {provider: sources}", "a source cannot have sources of its own")]
    [InlineData("- {provider: vault, class: b}", "parameters.sources[0].class is unknown, expected provider, parameters, name and directory")]
    [InlineData("- {provider: vault}\n- {provider: vault}", "parameters.sources[1].name is 'vault' as that of sources[0] is")]
    [InlineData("- {provider: vault, name: 'a/b'}", "parameters.sources[0].name is 'a/b', expected 1 to 63 letters")]
    [InlineData("- {provider: vault, directory: ../up}", "parameters.sources[0].directory has a part that is '..'")]
    [InlineData("- {provider: vault, parameters: [a]}", "parameters.sources[0].parameters is a list, expected a mapping")]
    [InlineData("- {provider: vault, parameters: {actorcsi.io/hold: 'true'}}", "parameters.sources[0].parameters.actorcsi.io/hold is not for one source")]
    public void Of_Malformed_SaysWhichFieldAndWhatWasExpected(string sources, string expected)
    {
        var fault = Assert.Throws<VolumeException>(() => SourcesClass.Of(Class(sources)));

        Assert.Equal(VolumeError.Invalid, fault.Error);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AnotherParameter_IsAFault()
    {
        var secretClass = new SecretProviderClass("default", "class", "sources", new StringMap([new("sources", "- {provider: vault}"), new("objects", "")]), []);

        Assert.Contains("parameters.objects is unknown", Assert.Throws<VolumeException>(() => SourcesClass.Of(secretClass)).Message, StringComparison.Ordinal);
    }

    private static SecretProviderClass Class(string sources) => new("default", "class", "sources", new StringMap([new("sources", sources)]), []);
}
