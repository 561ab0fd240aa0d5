using System.CommandLine;
using ActorCsi.Silo;
using ActorCsi.Silo.Operate;

namespace ActorCsi.Tests.Silo;

/// <summary>What can be said on the command line, and what is said about what cannot.</summary>
public sealed class CommandTests
{
    [Theory]
    [InlineData("ps -o xml", "expected table, wide, json")]
    [InlineData("inspect x -o wide", "expected table, json")]
    [InlineData("inspect", "'VOLUME' missing")]
    [InlineData("refresh x --wait soon", "'soon'")]
    [InlineData("doctor --nonsense", "--nonsense")]
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
    [InlineData("doctor --state-dir /run/actorcsi -o json --drivername csi.example.org --endpoint unix:///csi/csi.sock")]
    public void Parse_AsDocumented_IsUnderstood(string line) => Assert.Empty(Program.Commands().Parse(line.Split(' ')).Errors);

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
