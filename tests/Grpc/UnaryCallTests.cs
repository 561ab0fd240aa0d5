using ActorCsi.Testing;
using ActorCsi.Tests.Rpc.Proto;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Rpc;

/// <summary>A call carries a request there and a response back.</summary>
public class UnaryCallTests
{
    [Fact]
    public async Task Say_OverUnixSocket_ComesBack()
    {
        await using var test = await EchoTest.StartAsync();

        Assert.Equal("hello", (await test.Client.SayAsync(new Words { Text = "hello" })).Text);
        Assert.Equal("again", test.Client.Say(new Words { Text = "again" }).Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_379)] // fills one frame with its prefix
    [InlineData(16_384)]
    [InlineData(70_000)] // more than one flow-control window
    [InlineData(4 * 1024 * 1024 - 8)]
    public async Task Say_MessageOfAnySize_ComesBack(int size)
    {
        await using var test = await EchoTest.StartAsync();
        var data = new byte[size];
        new Random(size).NextBytes(data);

        var answer = await test.Client.SayAsync(new Words { Data = ByteString.CopyFrom(data) });

        Assert.Equal(data, answer.Data.ToByteArray());
    }

    [Fact]
    public async Task Say_ManyAtOnce_EachGetsItsOwn()
    {
        await using var test = await EchoTest.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
            (await test.Client.SayAsync(new Words { Text = $"{i}", Data = ByteString.CopyFrom(new byte[i * 7]) }), i)));

        Assert.All(answers, answer => Assert.Equal(($"{answer.i}", answer.i * 7), (answer.Item1.Text, answer.Item1.Data.Length)));
    }

    [Fact]
    public async Task Never_NoHandler_IsUnimplemented()
    {
        await using var test = await EchoTest.StartAsync();

        var e = await Assert.ThrowsAsync<RpcException>(async () => await test.Client.NeverAsync(new Words()));

        Assert.Equal(StatusCode.Unimplemented, e.StatusCode);
    }

    [Fact]
    public async Task Context_OverUnixSocket_SaysWhatWasCalled()
    {
        await using var test = await EchoTest.StartAsync();
        ServerCallContext? seen = null;
        (string, string, string, DateTime, bool) facts = default;
        test.OnAct = (request, context) =>
        {
            seen = context;
            facts = (context.Method, context.Host, context.Peer, context.Deadline, context.AuthContext.IsPeerAuthenticated);
            return Task.FromResult(request);
        };

        await test.Client.WithHost("somewhere").ActAsync(new Words());

        Assert.NotNull(seen);
        Assert.Equal(("/actorcsi.test.Echo/Act", "somewhere", "unknown", DateTime.MaxValue, false), facts);
    }

    [Fact]
    public async Task Service_NotRegistered_IsMadeAndDisposedForEachCall()
    {
        var journal = new Journal();
        await using var server = await UnixServer.StartAsync(
            services => services.AddSingleton(journal).AddGrpc(), app => app.MapGrpcService<Transient>());
        using var channel = server.OpenChannel();
        var client = new Echo.EchoClient(channel);

        await client.SayAsync(new Words()).ResponseAsync.Soon();
        await Assert.ThrowsAsync<RpcException>(async () => await client.ActAsync(new Words()));

        Assert.Equal(["made", "disposed", "made", "disposed"], journal);
    }

    [Fact]
    public async Task MapGrpcService_WithoutAddGrpc_SaysWhatIsMissing()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(
            () => UnixServer.StartAsync(_ => { }, app => app.MapGrpcService<EchoService>()));

        Assert.Contains("AddGrpc()", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MapGrpcService_NoService_SaysWhatAServiceIs()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(
            () => UnixServer.StartAsync(services => services.AddGrpc(), app => app.MapGrpcService<Journal>()));

        Assert.Contains(".proto", e.Message, StringComparison.Ordinal);
    }

    private sealed class Journal : List<string>;

    private sealed class Transient : Echo.EchoBase, IDisposable
    {
        private readonly Journal _journal;

        public Transient(Journal journal)
        {
            _journal = journal;
            journal.Add("made");
        }

        public override Task<Words> Say(Words request, ServerCallContext context) => Task.FromResult(request);

        public override Task<Words> Act(Words request, ServerCallContext context) => throw new InvalidOperationException();

        public void Dispose() => _journal.Add("disposed");
    }
}
