using System.Text.Json;
using ActorCsi.Silo.Doctor;

namespace ActorCsi.Tests.Silo;

/// <summary>What doctor writes.</summary>
public sealed class DoctorReportTests
{
    private static readonly Result[] Results =
    [
        new("swap", []),
        new("mount", [Finding.Error("found [x]", "expected", "mend"), Finding.Warning("also", "expected", "mend")]),
    ];

    [Fact]
    public void Write_SomeFindings_EachHasItsWordsAndTheEndCounts()
    {
        using var output = new StringWriter();
        DoctorReport.Write(output, Results);

        Assert.Equal(
            """
            ✓ swap
            ✗ mount
                error: found [x]
                  expected: expected
                  mend: mend
                warning: also
                  expected: expected
                  mend: mend
            2 checks: 1 errors, 1 warnings

            """, output.ToString());
    }

    [Fact]
    public void WriteJson_SomeFindings_HasTheDocumentedFields()
    {
        using var output = new StringWriter();
        DoctorReport.WriteJson(output, Results);

        var json = JsonDocument.Parse(output.ToString()).RootElement;
        Assert.Equal((1, 1), (json.GetProperty("errors").GetInt32(), json.GetProperty("warnings").GetInt32()));
        var check = json.GetProperty("checks")[1];
        Assert.Equal("mount", check.GetProperty("check").GetString());
        Assert.Equal(["severity", "found", "expected", "mend"], check.GetProperty("findings")[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal("Error", check.GetProperty("findings")[0].GetProperty("severity").GetString());
    }

    [Fact]
    public void Checks_AllOfThem_HaveNamesOfTheirOwn()
        => Assert.Distinct(Examination.Checks.Select(check => check.Name));
}
