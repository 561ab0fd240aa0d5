using ActorCsi.Testing;
using ActorCsi.Tests.Rpc.Proto;
using Grpc.Core;

namespace ActorCsi.Tests.Rpc;

/// <summary>Metadata travels both ways, bytes as base64, and cannot pose as the protocol's own headers.</summary>
public class MetadataTests
{
    [Fact]
    public async Task RequestHeaders_TextAndBytes_ReachTheHandler()
    {
        await using var test = await EchoTest.StartAsync();
        Metadata? seen = null;
        test.OnAct = (request, context) =>
        {
            seen = context.RequestHeaders;
            return Task.FromResult(request);
        };

        await test.Client.ActAsync(new Words(), new Metadata { { "Some-Key", "one" }, { "some-key", "two" }, { "raw-bin", [1, 2, 3, 255] } });

        Assert.Equal(["one", "two"], seen!.GetAll("some-key").SelectMany(entry => entry.Value.Split(", ")));
        Assert.Equal([1, 2, 3, 255], seen.GetValueBytes("raw-bin"));
        Assert.NotNull(seen.GetValue("user-agent"));
        Assert.DoesNotContain(seen, entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal) || entry.Key is "te" or "content-type");
    }

    [Fact]
    public async Task ResponseHeaders_WrittenByTheHandler_ArriveBeforeTheResponse()
    {
        await using var test = await EchoTest.StartAsync();
        var release = new TaskCompletionSource();
        test.OnAct = async (request, context) =>
        {
            await context.WriteResponseHeadersAsync([new Metadata.Entry("early", "bird"), new Metadata.Entry("raw-bin", [7])]);
            await release.Task;
            context.ResponseTrailers.Add("late", "owl");
            return request;
        };

        using var call = test.Client.ActAsync(new Words());
        var headers = await call.ResponseHeadersAsync.Soon();
        Assert.False(call.ResponseAsync.IsCompleted);
        release.SetResult();
        await call.ResponseAsync.Soon();

        Assert.Equal(("bird", (byte)7), (headers.GetValue("early"), Assert.Single(headers.GetValueBytes("raw-bin")!)));
        Assert.Equal("owl", call.GetTrailers().GetValue("late"));
    }

    [Fact]
    public async Task Failure_AfterResponseHeaders_StillHasStatusAndTrailers()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = async (_, context) =>
        {
            await context.WriteResponseHeadersAsync([]);
            throw new RpcException(new Status(StatusCode.NotFound, "gone"), new Metadata { { "why", "so" } });
        };

        var e = await test.ActFailsAsync();

        Assert.Equal((StatusCode.NotFound, "gone", "so"), (e.StatusCode, e.Status.Detail, e.Trailers.GetValue("why")));
    }

    [Fact]
    public async Task WriteResponseHeaders_Twice_Throws()
    {
        await using var test = await EchoTest.StartAsync();
        Exception? second = null;
        test.OnAct = async (request, context) =>
        {
            await context.WriteResponseHeadersAsync([]);
            second = await Record.ExceptionAsync(() => context.WriteResponseHeadersAsync([]));
            return request;
        };

        await test.Client.ActAsync(new Words());

        Assert.IsType<InvalidOperationException>(second);
    }

    [Fact]
    public async Task Trailers_NamedAsTheProtocols_AreLeftOut()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (request, context) =>
        {
            context.ResponseTrailers.Add("grpc-status", "13");
            context.ResponseTrailers.Add("content-length", "7");
            return Task.FromResult(request);
        };

        using var call = test.Client.ActAsync(new Words { Text = "x" });

        Assert.Equal("x", (await call).Text);
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public async Task Trailers_NotAscii_AreInternalAndNameTheKey()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (request, context) =>
        {
            context.ResponseTrailers.Add("why", "naïve");
            return Task.FromResult(request);
        };

        var e = await test.ActFailsAsync();

        Assert.Equal(StatusCode.Internal, e.StatusCode);
        Assert.Contains("\"why\"", e.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("na", e.Status.Detail.Replace("name", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestHeaders_NotAscii_FailBeforeTheyAreSent()
    {
        await using var test = await EchoTest.StartAsync();

        var e = await test.ActFailsAsync(new CallOptions(new Metadata { { "why", "a\r\nb" } }));

        Assert.Equal(StatusCode.Internal, e.StatusCode);
        Assert.Contains("\"why\"", e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResponseHeaders_CallFailsBeforeThem_ThrowTheCallsFailure()
    {
        await using var test = await EchoTest.StartAsync();
        await test.Server.DisposeAsync();

        using var call = test.Client.ActAsync(new Words());

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync)).StatusCode);
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
    }

    [Theory]
    [InlineData("AQID", new byte[] { 1, 2, 3 })]
    [InlineData("AQ==", new byte[] { 1 })]
    [InlineData("AQ", new byte[] { 1 })] // grpc-go and grpc-java leave the padding out
    [InlineData("", new byte[0])]
    public async Task RequestHeaders_BytesInAnyBase64_AreRead(string wire, byte[] expected)
    {
        await using var test = await EchoTest.StartAsync();
        byte[]? seen = null;
        test.OnAct = (request, context) =>
        {
            seen = context.RequestHeaders.GetValueBytes("raw-bin");
            return Task.FromResult(request);
        };
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Act", ("raw-bin", wire))), .. Frames.Data(Frames.Message([]))]);

        Assert.Equal(0, (await raw.ReadAnswerAsync()).GrpcStatus);
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task RequestHeaders_SeveralBytesJoinedByCommas_AreSeveralEntries()
    {
        await using var test = await EchoTest.StartAsync();
        byte[][]? seen = null;
        test.OnAct = (request, context) =>
        {
            seen = [.. context.RequestHeaders.GetAll("raw-bin").Select(entry => entry.ValueBytes)];
            return Task.FromResult(request);
        };
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Act", ("raw-bin", "AQ,Ag=="))), .. Frames.Data(Frames.Message([]))]);

        Assert.Equal(0, (await raw.ReadAnswerAsync()).GrpcStatus);
        Assert.Equal([[1], [2]], seen!);
    }

    [Fact]
    public async Task RequestHeaders_BytesThatAreNotBase64_AreInternalWhenAskedFor()
    {
        await using var test = await EchoTest.StartAsync();
        test.OnAct = (request, context) => Task.FromResult(new Words { Text = $"{context.RequestHeaders.Count}" });
        await using var raw = await RawConnection.OpenHttp2Async(test.Server.Socket);

        await raw.SendAsync([.. Frames.Headers(Frames.CallBlock("/actorcsi.test.Echo/Act", ("raw-bin", "***"))), .. Frames.Data(Frames.Message([]))]);
        var answer = await raw.ReadAnswerAsync();

        Assert.Equal((int)StatusCode.Internal, answer.GrpcStatus);
        Assert.Contains("raw-bin", answer["grpc-message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("white space", "x")]
    [InlineData("ключ", "x")]
    [InlineData("key-bin", "x")]
    public void Entry_KeyThatCannotBe_IsRefused(string key, string value)
        => Assert.ThrowsAny<ArgumentException>(() => new Metadata.Entry(key, value));

    [Fact]
    public void Entry_BytesUnderATextKey_AreRefused() => Assert.Throws<ArgumentException>(() => new Metadata.Entry("key", [1]));

    [Fact]
    public void Entry_ToString_HoldsNoValue() => Assert.Equal("[Entry: key=authorization]", new Metadata.Entry("Authorization", "Bearer x").ToString());

    [Fact]
    public void Empty_Add_Throws() => Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("key", "value"));
}
