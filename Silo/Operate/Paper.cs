using Spectre.Console;

namespace ActorCsi.Silo.Operate;

/// <summary>What answers are written on: colours where it is a terminal, and lines that are never broken, so that what is copied from there is whole.</summary>
internal static class Paper
{
    public static bool IsTerminal(TextWriter output) => output == Console.Out && !Console.IsOutputRedirected;

    public static IAnsiConsole Of(TextWriter output, bool hasColours)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = hasColours ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = hasColours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 1_000_000;
        return console;
    }
}
