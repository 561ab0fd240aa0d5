using System.Text.Json.Serialization;
using ActorCsi.Silo.Operate;
using Spectre.Console;

namespace ActorCsi.Silo.Doctor;

/// <summary>Writes what was found, for people and for programs.</summary>
internal static class DoctorReport
{
    public static void Write(TextWriter output, IReadOnlyList<Result> results)
    {
        var console = Paper.Of(output, Paper.IsTerminal(output));
        foreach (var (check, findings) in results)
        {
            var worst = findings.Count == 0 ? (Severity?)null : findings.Max(finding => finding.Severity);
            console.MarkupLine($"{Mark(worst)} {check}");
            foreach (var finding in findings)
            {
                console.MarkupLine($"    {Word(finding.Severity)} {Markup.Escape(finding.Found)}");
                console.MarkupLine($"      expected: {Markup.Escape(finding.Expected)}");
                console.MarkupLine($"      mend: {Markup.Escape(finding.Mend)}");
            }
        }
        console.MarkupLine($"{results.Count} checks: {Count(results, Severity.Error)} errors, {Count(results, Severity.Warning)} warnings");
    }

    public static void WriteJson(TextWriter output, IReadOnlyList<Result> results)
        => Json.Write(output, new DoctorJson(Count(results, Severity.Error), Count(results, Severity.Warning), results), DoctorJsonContext.Default.DoctorJson);

    public static int Count(IEnumerable<Result> results, Severity severity) => results.Sum(result => result.Findings.Count(finding => finding.Severity == severity));

    private static string Mark(Severity? worst) => worst switch
    {
        Severity.Error => "[red]✗[/]",
        Severity.Warning => "[yellow]![/]",
        _ => "[green]✓[/]",
    };

    private static string Word(Severity severity) => severity switch
    {
        Severity.Error => "[red]error:[/]",
        Severity.Warning => "[yellow]warning:[/]",
        _ => "note:",
    };
}

/// <summary><c>doctor -o json</c>.</summary>
internal sealed record DoctorJson(int Errors, int Warnings, IReadOnlyList<Result> Checks);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DoctorJson))]
internal sealed partial class DoctorJsonContext : JsonSerializerContext;
