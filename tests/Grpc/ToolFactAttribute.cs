namespace ActorCsi.Tests.Rpc;

/// <summary>A test that runs another program: without it skipped on a laptop, run (and failed) in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(string tool, string debianPackage)
    {
        if (Tool.Find(tool) is null && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = $"{tool} is not installed: apt-get install {debianPackage}";
    }
}
