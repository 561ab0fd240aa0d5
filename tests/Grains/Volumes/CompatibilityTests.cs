namespace ActorCsi.Tests.Volumes;

/// <summary>
/// The CSI specification's table for a second NodePublishVolume of one volume: T1=T2 and P1=P2 is OK; T1=T2 and P1≠P2 is ALREADY_EXISTS; T1≠T2 is OK where the
/// access mode allows several targets, else FAILED_PRECONDITION.
/// </summary>
public sealed class CompatibilityTests : VolumeTest
{
    private const string Other = "/pods/web-0/other/mount";

    public CompatibilityTests() => Provider.Gives("one");

    public static TheoryData<string, string, VolumeError?> SecondPublishes => new()
    {
        { "SINGLE_NODE_WRITER", "nothing", null },
        { "SINGLE_NODE_WRITER", "read-only flag", VolumeError.PublishedDifferently },
        { "SINGLE_NODE_WRITER", "mount flags", VolumeError.PublishedDifferently },
        { "SINGLE_NODE_WRITER", "class", VolumeError.PublishedDifferently },
        { "SINGLE_NODE_WRITER", "one more attribute", VolumeError.PublishedDifferently },
        { "SINGLE_NODE_WRITER", "pod", VolumeError.PublishedDifferently },
        { "SINGLE_NODE_WRITER", "access mode SINGLE_NODE_READER_ONLY", VolumeError.PublishedDifferently },
        { "SINGLE_NODE_WRITER", "access mode MULTI_NODE_MULTI_WRITER", VolumeError.PublishedDifferently },

        // What kubelet derives from the driver's capabilities (docs/decisions/0007).
        { "SINGLE_NODE_WRITER", "access mode SINGLE_NODE_SINGLE_WRITER", null },
        { "SINGLE_NODE_WRITER", "access mode SINGLE_NODE_MULTI_WRITER", null },
        { "SINGLE_NODE_MULTI_WRITER", "access mode SINGLE_NODE_WRITER", null },
        { "SINGLE_NODE_WRITER", "group", null },
        { "SINGLE_NODE_WRITER", "secrets", null },

        // Another target.
        { "SINGLE_NODE_WRITER", "target", VolumeError.PublishedElsewhere },
        { "SINGLE_NODE_SINGLE_WRITER", "target", VolumeError.PublishedElsewhere },
        { "SINGLE_NODE_READER_ONLY", "target", VolumeError.PublishedElsewhere },
        { "SINGLE_NODE_MULTI_WRITER", "target", null },
        { "MULTI_NODE_READER_ONLY", "target", null },
        { "MULTI_NODE_SINGLE_WRITER", "target", null },
        { "MULTI_NODE_MULTI_WRITER", "target", null },
        { "SINGLE_NODE_WRITER", "target and pod", VolumeError.PublishedElsewhere },
        { "SINGLE_NODE_MULTI_WRITER", "target and pod", VolumeError.PublishedDifferently }, // one pod is never shown another's secrets
    };

    [Theory]
    [MemberData(nameof(SecondPublishes))]
    public void Publish_OtherThanTheFirst_IsAnsweredByTheTable(string accessMode, string what, VolumeError? expected)
    {
        Kubelet.Spec = Kubelet.Spec with { AccessMode = accessMode };
        Publish();
        var mounts = Kernel.Mounts.Count;
        Spoil(what);

        if (expected is { } error)
        {
            var refusal = PublishFails();
            Assert.Equal(error, refusal.Error);
            Assert.Contains(Target, refusal.Message, StringComparison.Ordinal);
            Assert.Equal(mounts, Kernel.Mounts.Count);
        }
        else
        {
            Publish();
            Publish();
        }

        Assert.Equal(("one", VolumeState.Serving), (Content, Published.State));
    }

    private void Spoil(string what)
    {
        var spec = Kubelet.Spec;
        Kubelet.Spec = what switch
        {
            "nothing" or "secrets" => spec,
            "read-only flag" => spec with { ReadOnly = false },
            "mount flags" => spec with { MountFlags = "noatime" },
            "class" => spec with { Attributes = new StringMap([new(VolumeSpec.ClassAttribute, "another")]) },
            "one more attribute" => spec with { Attributes = new StringMap([.. spec.Attributes, new("more", "1")]) },
            "pod" => spec with { Pod = spec.Pod with { Uid = "uid-of-another" } },
            "group" => spec with { FsGroup = 2000 },
            "target" => spec with { TargetPath = Other },
            "target and pod" => spec with { TargetPath = Other, Pod = spec.Pod with { Uid = "uid-of-another" } },
            _ when what.StartsWith("access mode ", StringComparison.Ordinal) => spec with { AccessMode = what["access mode ".Length..] },
            _ => throw new ArgumentException(what),
        };
        if (what == "secrets")
            Kubelet.Secrets = [("password", "new")];
    }
}
