using System.Buffers;
using System.Text;
using ActorCsi.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Rpc;

/// <summary>A service of strings, bound by hand as generated code would: every way in which a marshaller may write and read works on both sides.</summary>
public sealed class MarshallerTests
{
    private static readonly Dictionary<string, Marshaller<string>> All = new()
    {
        ["Arrays"] = Marshallers.StringMarshaller,
        ["Announced"] = Marshallers.Create<string>(
            (text, context) =>
            {
                context.SetPayloadLength(Encoding.UTF8.GetByteCount(text));
                Encoding.UTF8.GetBytes(text, context.GetBufferWriter());
                context.Complete();
            },
            context => Encoding.UTF8.GetString(context.PayloadAsReadOnlySequence())),
        ["Unannounced"] = Marshallers.Create<string>(
            (text, context) =>
            {
                foreach (var c in text)
                    Encoding.UTF8.GetBytes([c], context.GetBufferWriter());
                context.Complete();
            },
            context => Encoding.UTF8.GetString(context.PayloadAsNewBuffer())),
        ["Nothing"] = Marshallers.Create<string>((_, context) => context.Complete(), context => $"{context.PayloadLength}"),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Call_OverAnyMarshaller_ComesBack(string name)
    {
        await using var server = await StartAsync();
        using var channel = server.OpenChannel();
        foreach (var text in new[] { "", "x", new string('é', 10_000) })
        {
            var answer = await CallAsync(channel, name, All[name], text);

            Assert.Equal(name == "Nothing" ? "0" : text, answer);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Marshaller_ToArrayAndBack_IsTheSame(string name)
    {
        var answer = All[name].Deserializer(All[name].Serializer("é"));

        Assert.Equal(name == "Nothing" ? "0" : "é", answer);
    }

    [Theory]
    [InlineData("Broken", StatusCode.Unknown)] // throws before its first byte
    [InlineData("Torn", StatusCode.Internal)] // throws in the middle: the client sees half a message, whatever follows
    public async Task Call_ResponseThatCannotBeSerialised_IsAFailure(string name, StatusCode expected)
    {
        await using var server = await StartAsync();
        using var channel = server.OpenChannel();

        var e = await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel, name, Marshallers.StringMarshaller, "x"));

        Assert.Equal(expected, e.StatusCode);
        Assert.Equal("x", await CallAsync(channel, "Arrays", Marshallers.StringMarshaller, "x"));
    }

    [Fact]
    public async Task Call_RequestThatCannotBeSerialised_IsInternal()
    {
        await using var server = await StartAsync();
        using var channel = server.OpenChannel();

        var e = await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel, "Broken", Strings.Broken, "x"));

        Assert.Equal(StatusCode.Internal, e.StatusCode);
    }

    private static Task<UnixServer> StartAsync()
        => UnixServer.StartAsync(services => services.AddGrpc(), app => app.MapGrpcService<StringService>());

    private static Task<string> CallAsync(ChannelBase channel, string name, Marshaller<string> marshaller, string text)
        => channel.CreateCallInvoker().AsyncUnaryCall(Strings.MethodOf(name, marshaller), null, default, text).ResponseAsync.Soon();

    private static class Strings
    {
        public static readonly Marshaller<string> Broken = Marshallers.Create<string>(
            (_, _) => throw new FormatException(), context => Encoding.UTF8.GetString(context.PayloadAsReadOnlySequence()));

        private static readonly Marshaller<string> Torn = Marshallers.Create<string>(
            (_, context) =>
            {
                context.SetPayloadLength(100);
                context.GetBufferWriter().Write("half"u8);
                throw new FormatException();
            },
            context => Encoding.UTF8.GetString(context.PayloadAsReadOnlySequence()));

        public static Method<string, string> MethodOf(string name, Marshaller<string> marshaller)
            => new(MethodType.Unary, "actorcsi.test.Strings", name, marshaller, marshaller);

        public static void BindService(ServiceBinderBase binder, StringServiceBase? service)
        {
            binder.AddMethod(MethodOf("Arrays", All["Arrays"]), service is null ? null : service.Arrays);
            binder.AddMethod(MethodOf("Announced", All["Announced"]), service is null ? null : service.Announced);
            binder.AddMethod(MethodOf("Unannounced", All["Unannounced"]), service is null ? null : service.Unannounced);
            binder.AddMethod(MethodOf("Nothing", All["Nothing"]), service is null ? null : service.Nothing);
            binder.AddMethod(MethodOf("Torn", Torn), service is null ? null : service.Torn);
            binder.AddMethod(MethodOf("Broken", Broken), service is null ? null : service.Broken);
        }
    }

    [BindServiceMethod(typeof(Strings), nameof(Strings.BindService))]
    private abstract class StringServiceBase
    {
        public virtual Task<string> Arrays(string request, ServerCallContext context) => Task.FromResult(request);

        public virtual Task<string> Announced(string request, ServerCallContext context) => Task.FromResult(request);

        public virtual Task<string> Unannounced(string request, ServerCallContext context) => Task.FromResult(request);

        public virtual Task<string> Nothing(string request, ServerCallContext context) => Task.FromResult(request);

        public virtual Task<string> Torn(string request, ServerCallContext context) => Task.FromResult(request);

        public virtual Task<string> Broken(string request, ServerCallContext context) => Task.FromResult(request);
    }

    private sealed class StringService : StringServiceBase;
}
