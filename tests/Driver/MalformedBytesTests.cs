using Csi.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using PluginRegistration.V1;

namespace ActorCsi.Tests.Driver;

/// <summary>Whatever bytes come instead of a message: an answer, no crash, no bug met on the way, and the next call is served.</summary>
public sealed class MalformedBytesTests : IAsyncLifetime
{
    private const int Cases = 300;

    // OK: the bytes made sense after all. INTERNAL: gRPC's own code for bytes that are no message of that type.
    private static readonly StatusCode[] Clear = [StatusCode.OK, StatusCode.Internal, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.Unimplemented];

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private static readonly Dictionary<string, byte[]> SoundRequests = new()
    {
        ["csi.v1.Node/NodePublishVolume"] = Recording.Publish().ToByteArray(),
        ["csi.v1.Node/NodeUnpublishVolume"] = new NodeUnpublishVolumeRequest { VolumeId = "v", TargetPath = "/t/mount" }.ToByteArray(),
        ["csi.v1.Node/NodeGetVolumeStats"] = new NodeGetVolumeStatsRequest { VolumeId = "v", VolumePath = "/t/mount" }.ToByteArray(),
        ["csi.v1.Node/NodeStageVolume"] = new NodeStageVolumeRequest { VolumeId = "v", Secrets = { ["a"] = "b" } }.ToByteArray(),
        ["csi.v1.Node/NodeUnstageVolume"] = new NodeUnstageVolumeRequest { VolumeId = "v" }.ToByteArray(),
        ["csi.v1.Node/NodeExpandVolume"] = new NodeExpandVolumeRequest { VolumeId = "v", CapacityRange = new() { LimitBytes = 7 } }.ToByteArray(),
        ["csi.v1.Node/NodeGetCapabilities"] = [],
        ["csi.v1.Node/NodeGetInfo"] = [],
        ["csi.v1.Identity/GetPluginInfo"] = [],
        ["csi.v1.Identity/GetPluginCapabilities"] = [],
        ["csi.v1.Identity/Probe"] = [],
        ["grpc.health.v1.Health/Check"] = new Grpc.Health.V1.HealthCheckRequest { Service = "csi.v1.Node" }.ToByteArray(),
        ["pluginregistration.Registration/GetInfo"] = [],
        ["pluginregistration.Registration/NotifyRegistrationStatus"] = new RegistrationStatus { PluginRegistered = true, Error = "e" }.ToByteArray(),
        ["actorcsi.admin.v1.Admin/ListVolumes"] = [],
        ["actorcsi.admin.v1.Admin/InspectVolume"] = new Admin.V1.InspectVolumeRequest { Volume = "v" }.ToByteArray(),
        ["actorcsi.admin.v1.Admin/RefreshVolumes"] = new Admin.V1.RefreshVolumesRequest { Selector = new() { Volume = "v" } }.ToByteArray(),
        ["actorcsi.admin.v1.Admin/HoldClass"] = new Admin.V1.HoldClassRequest { Namespace = "n", Name = "c", Reason = "r" }.ToByteArray(),
        ["actorcsi.admin.v1.Admin/ResumeClass"] = new Admin.V1.ResumeClassRequest { Namespace = "n", Name = "c" }.ToByteArray(),
    };

    private RunningDriver _driver = null!;
    private GrpcChannel _csi = null!;
    private GrpcChannel _registration = null!;
    private GrpcChannel _admin = null!;

    public static TheoryData<string> Rpcs => [.. SoundRequests.Keys];

    public async Task InitializeAsync()
    {
        _driver = await RunningDriver.Start();
        (_csi, _registration, _admin) = (Kubelet.Connect(_driver.Socket), Kubelet.Connect(_driver.RegistrationSocket), Kubelet.Connect(_driver.Options.AdminSocketPath!));
    }

    public async Task DisposeAsync()
    {
        _csi.Dispose();
        _registration.Dispose();
        _admin.Dispose();
        await _driver.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Rpcs))]
    public void Call_AnyBytes_IsAnsweredClearly(string rpc)
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases), Prop.ForAll<byte[]>(bytes => IsAnsweredClearly(rpc, bytes)));

    [Theory]
    [MemberData(nameof(Rpcs))]
    public void Call_SoundBytesSpoiled_IsAnsweredClearly(string rpc)
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases), Prop.ForAll(Spoiled(SoundRequests[rpc]).ToArbitrary(), bytes => IsAnsweredClearly(rpc, bytes)));

    [Fact]
    public void Call_SoundBytes_AreOfEveryRpcThatIsServed()
    {
        var served = new[] { Node.Descriptor, Identity.Descriptor, Registration.Descriptor, Admin.V1.Admin.Descriptor, Grpc.Health.V1.Health.Descriptor }
            .SelectMany(service => service.Methods).Select(method => $"{method.Service.FullName}/{method.Name}");

        Assert.Equal(served.Order(StringComparer.Ordinal), SoundRequests.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>A few bytes cut out, and others in their place.</summary>
    private static Gen<byte[]> Spoiled(byte[] sound)
        => from at in Gen.Choose(0, sound.Length)
           from cut in Gen.Choose(0, Math.Min(20, sound.Length - at))
           from bytes in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf()
           select (byte[])[.. sound[..at], .. bytes, .. sound[(at + cut)..]];

    private bool IsAnsweredClearly(string rpc, byte[] bytes)
    {
        var status = Call(rpc, bytes);
        Assert.Contains(status.StatusCode, Clear);
        if (status.StatusCode != StatusCode.OK)
            Assert.NotEmpty(status.Detail);
        Assert.DoesNotContain("internal error", status.Detail, StringComparison.Ordinal); // the border's word for a bug
        Assert.DoesNotContain("   at ", status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(_driver.Log.At(LogLevel.Error), line => !line.StartsWith("kubelet refuses", StringComparison.Ordinal));
        Assert.Equal(StatusCode.OK, Call("csi.v1.Identity/Probe", []).StatusCode);
        _driver.Log.Clear();
        return true;
    }

    private Status Call(string rpc, byte[] bytes)
    {
        var names = rpc.Split('/');
        var method = new Method<byte[], byte[]>(MethodType.Unary, names[0], names[1], Bytes, Bytes);
        try
        {
            ChannelFor(names[0]).CreateCallInvoker().BlockingUnaryCall(method, null, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(30)), bytes);
            return Status.DefaultSuccess;
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }

    private GrpcChannel ChannelFor(string service)
        => service.StartsWith("pluginregistration", StringComparison.Ordinal) ? _registration
        : service.StartsWith("actorcsi.admin", StringComparison.Ordinal) ? _admin
        : _csi;
}
