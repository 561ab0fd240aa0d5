using ActorCsi.Admin.V1;
using Csi.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using PluginRegistration.V1;

namespace ActorCsi.Tests.Silo;

/// <summary>A driver as others see it: what answers on a socket, over real gRPC, is what the test says.</summary>
internal sealed class FakeDriver : IAsyncDisposable
{
    private readonly WebApplication _server;

    private FakeDriver(WebApplication server) => _server = server;

    public static async Task<FakeDriver> Serve(string socket, DriverScript script)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(socket)!);
        File.Delete(socket);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting().AddSingleton(script).AddGrpc();
        var server = builder.Build();
        server.UseRouting();
        server.MapGrpcService<IdentityService>();
        server.MapGrpcService<RegistrationService>();
        server.MapGrpcService<AdminService>();
        await server.StartAsync();
        File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new FakeDriver(server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private sealed class IdentityService(DriverScript script) : Identity.IdentityBase
    {
        public override async Task<GetPluginInfoResponse> GetPluginInfo(GetPluginInfoRequest request, ServerCallContext context)
        {
            await script.Answers(context);
            return new() { Name = script.Name, VendorVersion = "0.1.0" };
        }

        public override Task<ProbeResponse> Probe(ProbeRequest request, ServerCallContext context) => Task.FromResult(new ProbeResponse { Ready = script.IsReady });
    }

    private sealed class RegistrationService(DriverScript script) : Registration.RegistrationBase
    {
        public override Task<PluginInfo> GetInfo(InfoRequest request, ServerCallContext context)
            => Task.FromResult(new PluginInfo { Type = script.Type, Name = script.Name, Endpoint = script.Endpoint, SupportedVersions = { "1.0.0" } });
    }

    private sealed class AdminService(DriverScript script) : Admin.V1.Admin.AdminBase
    {
        public override async Task<ListVolumesResponse> ListVolumes(ListVolumesRequest request, ServerCallContext context)
        {
            await script.Answers(context);
            return new() { Volumes = { script.Volumes } };
        }

        public override Task<InspectVolumeResponse> InspectVolume(InspectVolumeRequest request, ServerCallContext context) => Task.FromResult(script.Report);
    }
}

/// <summary>What a <see cref="FakeDriver"/> answers.</summary>
internal sealed class DriverScript
{
    public string Name { get; set; } = SoundNode.DriverName;

    public string Type { get; set; } = "CSIPlugin";

    public string Endpoint { get; set; } = SoundNode.EndpointOnTheNode;

    public bool IsReady { get; set; } = true;

    public bool Hangs { get; set; }

    public List<Volume> Volumes { get; } = [];

    public InspectVolumeResponse Report { get; set; } = new() { TokenSource = "Secrets" };

    public Task Answers(ServerCallContext context) => Hangs ? Task.Delay(Timeout.Infinite, context.CancellationToken) : Task.CompletedTask;
}
