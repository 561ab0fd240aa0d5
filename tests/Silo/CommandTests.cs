using System.CommandLine;
using ActorCsi.Grains.Providers;
using ActorCsi.Silo;
using ActorCsi.Silo.Operate;
using ActorCsi.Silo.Serve;

namespace ActorCsi.Tests.Silo;

/// <summary>What can be said on the command line, and what is said about what cannot.</summary>
public sealed class CommandTests
{
    [Theory]
    [InlineData("ps -o xml", "expected table, wide, json")]
    [InlineData("inspect x -o wide", "expected table, json")]
    [InlineData("inspect", "'VOLUME' missing")]
    [InlineData("refresh x --wait soon", "'soon'")]
    [InlineData("hold", "'CLASS' missing")]
    [InlineData("hold db", "'db' names no class: expected NAMESPACE/NAME")]
    [InlineData("resume shop/", "expected NAMESPACE/NAME")]
    [InlineData("doctor --nonsense", "--nonsense")]
    [InlineData("serve --node-identities false", "--node-identities: 'false' cannot be used: expected allowed or refused")]
    public void Parse_Mistyped_SaysWhatWasExpected(string line, string expected)
    {
        var errors = Program.Commands().Parse(line.Split(' ')).Errors;

        Assert.Contains(expected, string.Join('\n', errors.Select(error => error.Message)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ps")]
    [InlineData("ps -o json --stale -n shop --class shop/db")]
    [InlineData("inspect -o json csi-1")]
    [InlineData("refresh --namespace shop --wait 5s")]
    [InlineData("hold shop/db --reason because")]
    [InlineData("resume shop/db -o json")]
    [InlineData("doctor --state-dir /run/actorcsi -o json --drivername csi.example.org --endpoint unix:///csi/csi.sock")]
    public void Parse_AsDocumented_IsUnderstood(string line) => Assert.Empty(Program.Commands().Parse(line.Split(' ')).Errors);

    [Theory]
    [InlineData("serve")]
    [InlineData("doctor")]
    [InlineData("refresh")]
    [InlineData("try")]
    public async Task Help_OfACommand_TellsEachDefaultOnce(string command)
    {
        using var output = new StringWriter();
        var options = Program.Commands().Parse(command).CommandResult.Command.Options.OfType<Option<string>>().Where(option => !option.Hidden).ToList();

        await Program.Commands().Parse([command, "--help"]).InvokeAsync(new InvocationConfiguration { Output = output });

        Assert.All(options, option =>
        {
            var line = output.ToString().Split('\n').Single(line => line.Split('<')[0].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Contains(option.Name));
            var value = option.GetDefaultValue() as string;
            Assert.Equal(string.IsNullOrEmpty(value) ? 0 : 1, line.Split("[default: ").Length - 1);
            if (!string.IsNullOrEmpty(value))
                Assert.Contains($"[default: {value}]", line, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("serve --provider-timeout 5s --provider-timeout 7s", "00:00:07")] // the last one counts, as with Go's flags
    [InlineData("serve", "00:00:30")]
    public void Setting_Given_IsWhatWasSaidLast(string line, string expected)
    {
        var parsed = Program.Commands().Parse(line.Split(' '));

        Assert.Empty(parsed.Errors);
        Assert.Equal(TimeSpan.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), ((ServeCommand)parsed.CommandResult.Command).Read(parsed).ProviderTimeout);
    }

    [Theory]
    [InlineData("serve --enable-secret-rotation", true)]
    [InlineData("serve --enable-secret-rotation=false", false)]
    [InlineData("serve --enable-secret-rotation false --v 2", false)]
    public void Setting_YesOrNo_IsYesWhenNothingFollows(string line, bool expected)
    {
        var parsed = Program.Commands().Parse(line.Split(' '));

        Assert.Empty(parsed.Errors);
        Assert.Equal(expected, ((ServeCommand)parsed.CommandResult.Command).Read(parsed).PollInterval is not null);
    }

    [Fact]
    public void Setting_InTheEnvironmentAndWrong_IsToldByItsNameThere()
    {
        Environment.SetEnvironmentVariable("ACTORCSI_OF_THIS_TEST_ONLY", "soon");

        var error = Assert.Single(new RootCommand { new Setting<TimeSpan>("of-this-test-only", "1s", "", GoDuration.Parse) }.Parse([]).Errors);

        Assert.StartsWith("ACTORCSI_OF_THIS_TEST_ONLY: 'soon' cannot be used", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ps_PathLongerThanASocketMayHave_IsTold()
    {
        using var error = new StringWriter();

        var exitCode = await Program.Commands().Parse(["ps", "--admin-socket", "/" + new string('a', 200)]).InvokeAsync(new InvocationConfiguration { Error = error });

        Assert.Equal(ExitCode.NoDriver, exitCode);
        Assert.Contains("longer", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db", "", "db")]
    [InlineData("shop/db", "shop", "db")]
    [InlineData("", "", "")]
    public void Selector_AClass_IsANameWithOrWithoutANamespace(string text, string @namespace, string name)
    {
        var selector = Selectors.Of("", text, "");

        Assert.Equal((@namespace, name), (selector.ClassNamespace, selector.ClassName));
    }
}
