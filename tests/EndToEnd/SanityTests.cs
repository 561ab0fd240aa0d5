namespace ActorCsi.Tests.EndToEnd;

/// <summary>
/// csi-sanity, by which CSI drivers are held to the specification: a program of github.com/kubernetes-csi/csi-test, 5.5 or later, whose path is in
/// CSI_SANITY. It is built with Go, and no registry has it, so it is not part of what CI must have.
/// </summary>
public sealed class SanityTests : IDisposable
{
    /// <summary>What it begins with a volume that it creates itself: there are none but a pod's own here. Our own tests keep these promises.</summary>
    private static readonly string[] NeedsAController =
    [
        "NodeUnpublishVolume should remove target path",
        "NodeGetVolumeStats should fail when volume does not exist on the specified path",
        "ValidateVolumeCapabilities should fail when no volume capabilities are provided",
        "ValidateVolumeCapabilities should return appropriate values",
    ];

    private readonly TestNode _node = new();

    public void Dispose() => _node.Dispose();

    [SanityFact]
    public async Task Sanity_RunningDriver_IsHappy()
    {
        await _node.Start();
        Directory.CreateDirectory(_node["sanity"]);

        var told = _node.Run(SanityFactAttribute.Program!, $"--csi.endpoint={_node.Socket}", $"--csi.mountdir={_node["sanity/target"]}", $"--csi.stagingdir={_node["sanity/staging"]}",
            $"--ginkgo.skip={string.Join('|', NeedsAController)}", "--ginkgo.no-color");

        Assert.Contains("| 0 Failed |", told);
        Assert.DoesNotContain(" 0 Passed", told);
    }

    private sealed class SanityFactAttribute : FactAttribute
    {
        public SanityFactAttribute() => Skip = string.IsNullOrEmpty(Program) ? "CSI_SANITY names no program" : MountNamespace.Missing;

        public static string? Program => Environment.GetEnvironmentVariable("CSI_SANITY");
    }
}
