using ActorCsi.Driver;

namespace ActorCsi.Tests.Driver;

/// <summary>Options that make no sense stop the start, all of them told at once.</summary>
public class OptionsTests
{
    private static readonly CsiDriverOptions Sound = new()
    {
        DriverName = "secrets-store.csi.k8s.io",
        NodeId = "node-1",
        Endpoint = "unix:///csi/csi.sock",
        RegistrationDirectory = "/registration",
        AdminSocketPath = "/run/actorcsi/admin.sock",
    };

    private static readonly Dictionary<string, (CsiDriverOptions Options, string Says)> Spoilings = new()
    {
        ["no name"] = (Sound with { DriverName = "" }, "driver name"),
        ["a name of 64"] = (Sound with { DriverName = new string('a', 64) }, "63"),
        ["a name with a slash"] = (Sound with { DriverName = "a/b" }, "driver name 'a/b'"),
        ["a name that ends in a dot"] = (Sound with { DriverName = "a." }, "driver name 'a.'"),
        ["no node"] = (Sound with { NodeId = "" }, "node id"),
        ["a node of 257 bytes"] = (Sound with { NodeId = new string('n', 257) }, "256"),
        ["TCP"] = (Sound with { Endpoint = "tcp://0.0.0.0:10000" }, "TCP"),
        ["another scheme"] = (Sound with { Endpoint = "http://localhost" }, "unix:///path/csi.sock"),
        ["no path"] = (Sound with { Endpoint = "unix://" }, "endpoint 'unix://'"),
        ["a socket path that the kernel does not take"] = (Sound with { Endpoint = "unix:///" + new string('s', 106) }, "106"),
        ["a registration path that the kernel does not take"] = (Sound with { RegistrationDirectory = "/" + new string('r', 80) }, "registration directory"),
        ["a relative registration directory"] = (Sound with { RegistrationDirectory = "registration" }, "registration directory"),
        ["a relative admin socket"] = (Sound with { AdminSocketPath = "admin.sock" }, "admin socket"),
        ["a relative kubelet endpoint"] = (Sound with { KubeletEndpointPath = "csi.sock" }, "kubelet endpoint"),
        ["fewer than no volumes"] = (Sound with { MaxVolumesPerNode = -1 }, "max volumes per node"),
        ["no room for a message"] = (Sound with { MaxReceiveMessageSize = 0 }, "max receive message size"),
        ["a drain that ends before it begins"] = (Sound with { DrainTimeout = TimeSpan.FromSeconds(-1) }, "drain timeout"),
    };

    public static TheoryData<string> Spoiled => [.. Spoilings.Keys];

    [Fact]
    public void Validate_Sound_Passes() => Sound.Validate();

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void Validate_Spoiled_NamesTheOption(string what)
    {
        var refusal = Assert.Throws<ArgumentException>(Spoilings[what].Options.Validate);

        Assert.Contains(Spoilings[what].Says, refusal.Message, StringComparison.Ordinal);
        Assert.Single(refusal.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void Validate_NameEndsTheLine_IsRefused() => Assert.Throws<ArgumentException>((Sound with { DriverName = "a\n" }).Validate);

    [Fact]
    public void Validate_SeveralFaults_AreToldTogether()
    {
        var refusal = Assert.Throws<ArgumentException>((Sound with { DriverName = "", NodeId = "", Endpoint = "tcp://x", MaxVolumesPerNode = -1 }).Validate);

        Assert.Equal(4, refusal.Message.Split(Environment.NewLine).Length);
    }

    [Theory]
    [InlineData("unix:///tmp/csi.sock", "/tmp/csi.sock")]
    [InlineData("unix://tmp/csi.sock", "/tmp/csi.sock")]
    [InlineData("UNIX:///tmp/csi.sock", "/tmp/csi.sock")]
    [InlineData("/tmp/csi.sock", "/tmp/csi.sock")]
    public void SocketPath_SpelledAsThePeerAllows_IsTheSame(string endpoint, string path)
    {
        var options = Sound with { Endpoint = endpoint };

        options.Validate();

        Assert.Equal(path, options.SocketPath);
    }
}
