using System.Collections.Immutable;
using System.Text;
using ActorCsi.Fakes;
using ActorCsi.Grains.Providers;
using ActorCsi.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SecretsStore.V1Alpha1;

namespace ActorCsi.Tests.Providers.Plugins;

/// <summary>A plugin's answer becomes a bundle, and whatever else it does becomes one of the known failures, soon.</summary>
public sealed class PluginProviderTests : IDisposable
{
    private const int MessageLimit = 1 << 20;

    private readonly TemporaryDirectory _directory = new();
    private readonly VirtualTime _time = new();
    private readonly LogLines _log = new();

    public void Dispose() => _directory.Dispose();

    private ISecretProvider Provider(params (string Plugin, string[] Audiences)[] narrowed) => new ProviderCatalog(
        new ProviderOptions
        {
            SocketDirectories = [_directory.Path],
            StateDirectory = _directory["state"],
            MaxReceiveMessageSize = MessageLimit,
            PluginAudiences = narrowed.ToDictionary(entry => entry.Plugin, entry => ImmutableArray.Create(entry.Audiences)),
        }, [], _time, _log.For<ProviderCatalog>()).Find("vault");

    private static FetchRequest Request()
    {
        var request = Requests.For(Requests.Class("vault", ("roleName", "web")), Requests.Token("vault", "header.payload-of-the-token.signature", DateTimeOffset.UnixEpoch));
        return request with { NodePublishSecrets = [new("password", Secret.FromText("hunter2"))] };
    }

    private Task<FakePlugin> Start() => FakePlugin.Start(_directory.Path, "vault");

    private async Task<VolumeException> Failure(FetchRequest? request = null)
        => await Assert.ThrowsAsync<VolumeException>(() => Provider().Fetch(request ?? Request(), CancellationToken.None).Soon());

    [Fact]
    public async Task Fetch_FilesAndVersions_BecomeTheBundle()
    {
        await using var plugin = await Start();
        plugin.Answers(new MountResponse
        {
            ObjectVersion = { new SecretsStore.V1Alpha1.ObjectVersion { Id = "a", Version = "7" }, new SecretsStore.V1Alpha1.ObjectVersion { Id = "b", Version = "" } },
            Files =
            {
                new SecretsStore.V1Alpha1.File { Path = "dir/a", Mode = 0x100, Contents = ByteString.CopyFrom(0, 255, 10) },
                new SecretsStore.V1Alpha1.File { Path = "empty" },
            },
        });

        var bundle = await Provider().Fetch(Request(), CancellationToken.None).Soon();

        Assert.Equal([("dir/a", 0x100, "00FF0A"), ("empty", 0, "")], bundle.Files.Select(file => (file.Path, file.Mode, Convert.ToHexString(file.Content.Expose()))));
        Assert.Equal([new ObjectVersion("a", "7"), new ObjectVersion("b", "")], bundle.Objects.ToArray());
        Assert.False(bundle.WrittenByProvider);
        Assert.Null(bundle.ExpiresAt);
        Assert.False(bundle.NeedsNoPolling);
        bundle.Erase();
    }

    [Fact]
    public async Task Fetch_Request_IsWhatPluginsKnow()
    {
        await using var plugin = await Start();
        await Provider().Fetch(Request(), CancellationToken.None).Soon();

        var mount = Assert.Single(plugin.Mounts);
        Assert.StartsWith("{\"csi.storage.k8s.io/ephemeral\":\"true\",", mount.Attributes, StringComparison.Ordinal);
        Assert.Contains("header.payload-of-the-token.signature", mount.Attributes, StringComparison.Ordinal);
        Assert.Equal("420", mount.Permission);
        Assert.All(plugin.Authorities, authority => Assert.Equal("localhost", authority));
    }

    [Fact]
    public async Task Fetch_NoFiles_LeavesWhatThePluginWrote()
    {
        await using var plugin = await Start();
        plugin.Gives();
        var bundle = await Provider().Fetch(Request(), CancellationToken.None).Soon();

        Assert.True(bundle.WrittenByProvider);
        Assert.Empty(bundle.Files);
    }

    [Fact]
    public async Task Fetch_NoObjectVersions_Fails()
    {
        await using var plugin = await Start();
        plugin.Answers(new MountResponse { Files = { new SecretsStore.V1Alpha1.File { Path = "a" } } });
        var failure = await Failure();

        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains("missing object versions", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_ErrorCode_CountsBeforeAnythingElse()
    {
        await using var plugin = await Start();
        plugin.Answers(new MountResponse { Error = new Error { Code = "NoSuchRole hunter2" }, Files = { new SecretsStore.V1Alpha1.File { Path = "a" } } });
        var failure = await Failure();

        Assert.Equal(VolumeError.ProviderFailed, failure.Error);
        Assert.Contains("mount request failed with provider error code NoSuchRole [redacted]", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.Cancelled, VolumeError.ProviderUnavailable)]
    [InlineData(StatusCode.Unknown, VolumeError.ProviderFailed)]
    [InlineData(StatusCode.InvalidArgument, VolumeError.Invalid)]
    [InlineData(StatusCode.DeadlineExceeded, VolumeError.ProviderUnavailable)]
    [InlineData(StatusCode.NotFound, VolumeError.NotFound)]
    [InlineData(StatusCode.AlreadyExists, VolumeError.ProviderFailed)]
    [InlineData(StatusCode.PermissionDenied, VolumeError.ProviderDenies)]
    [InlineData(StatusCode.ResourceExhausted, VolumeError.ProviderThrottles)]
    [InlineData(StatusCode.FailedPrecondition, VolumeError.ProviderFailed)]
    [InlineData(StatusCode.Aborted, VolumeError.ProviderUnavailable)]
    [InlineData(StatusCode.OutOfRange, VolumeError.Invalid)]
    [InlineData(StatusCode.Unimplemented, VolumeError.ProviderFailed)]
    [InlineData(StatusCode.Internal, VolumeError.ProviderFailed)]
    [InlineData(StatusCode.Unavailable, VolumeError.ProviderUnavailable)]
    [InlineData(StatusCode.DataLoss, VolumeError.ProviderFailed)]
    [InlineData(StatusCode.Unauthenticated, VolumeError.TokenRefused)]
    [InlineData((StatusCode)77, VolumeError.ProviderFailed)]
    public async Task Fetch_EveryCode_BecomesAFailureInThePluginsWords(StatusCode code, VolumeError error)
    {
        await using var plugin = await Start();
        plugin.Fails(code, "no secret at kv/données: 100%");
        var failure = await Failure();

        Assert.Equal(error, failure.Error);
        Assert.Contains("provider 'vault'", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("no secret at kv/données: 100%", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_ErrorThatQuotesTheRequest_HoldsNoSecret()
    {
        await using var plugin = await Start();
        plugin.Fails(StatusCode.Internal, mount => $"bad\nrequest {mount.Attributes} {mount.Secrets} and header.payload-of-the-tok");
        var failure = await Failure();

        Assert.Contains("bad request {\"csi.storage.k8s.io/ephemeral\"", failure.Message, StringComparison.Ordinal);
        foreach (var text in _log.All.Append(failure.ToString()))
        {
            Assert.DoesNotContain("payload-of", text, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        }
        Assert.InRange(failure.Message.Length, 100, 1100);
    }

    public static TheoryData<BrokenAnswer> EveryBreach => [.. Enum.GetValues<BrokenAnswer>()];

    [Theory]
    [MemberData(nameof(EveryBreach))]
    public async Task Fetch_BrokenAnswer_FailsSoonAndTheNextOneWorks(BrokenAnswer how)
    {
        await using var plugin = await Start();
        plugin.Breaks(how).Then.Gives(("a", "b"));
        var provider = Provider();
        var failure = await Assert.ThrowsAsync<VolumeException>(() => provider.Fetch(Request(), CancellationToken.None).Soon());

        Assert.Contains(failure.Error, new[] { VolumeError.ProviderFailed, VolumeError.ProviderUnavailable, VolumeError.Full });
        Assert.Single((await provider.Fetch(Request(), CancellationToken.None).Soon()).Files);
    }

    [Fact]
    public async Task Fetch_AnswerAtTheLimit_IsTaken_OneByteMoreIsFull()
    {
        await using var plugin = await Start();
        var answer = FakePlugin.Bundle("1", ("a", new string('x', MessageLimit - 64)));
        answer.Files[0].Path += new string('p', MessageLimit - answer.CalculateSize());
        Assert.Equal(MessageLimit, answer.CalculateSize());
        var more = answer.Clone();
        more.Files[0].Path += "p";
        plugin.Answers(answer).Then.Answers(more);

        Assert.Single((await Provider().Fetch(Request(), CancellationToken.None).Soon()).Files);
        var failure = await Failure();
        Assert.Equal(VolumeError.Full, failure.Error);
        Assert.Contains($"larger than {MessageLimit} bytes: raise --max-call-recv-msg-size", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_PluginHangs_EndsWhenTheCallerGivesUp()
    {
        await using var plugin = await Start();
        plugin.Hangs();
        using var caller = new CancellationTokenSource();
        var fetch = Provider().Fetch(Request(), caller.Token);
        await plugin.Arrives();
        Assert.False(fetch.IsCompleted);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch.Soon());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_NobodyReadsTheSocket_EndsWhenTheCallerGivesUp(bool accepts)
    {
        using var plugin = accepts ? RawPlugin.Mute(_directory.Path, "vault") : RawPlugin.Silent(_directory.Path, "vault");
        using var caller = new CancellationTokenSource();
        var fetch = Provider().Fetch(Request(), caller.Token);
        Assert.False(fetch.IsCompleted);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch.Soon());
    }

    [Fact]
    public async Task Fetch_ProviderHung_DoesNotHoldUpAnotherFetch()
    {
        await using var plugin = await Start();
        var held = plugin.Holds(("slow", "1"));
        plugin.Gives(("quick", "2"));
        var provider = Provider();
        var slow = provider.Fetch(Request(), CancellationToken.None);
        await plugin.Arrives();

        Assert.Equal("quick", Assert.Single((await provider.Fetch(Request(), CancellationToken.None).Soon()).Files).Path);
        Assert.False(slow.IsCompleted);
        held.SetResult();
        Assert.Equal("slow", Assert.Single((await slow.Soon()).Files).Path);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("\0\0\0")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("")]
    public async Task Fetch_SomethingElseBehindTheSocket_IsUnavailable(string greeting)
    {
        using var plugin = greeting.Length == 0
            ? RawPlugin.Slamming(_directory.Path, "vault")
            : RawPlugin.Saying(_directory.Path, "vault", Encoding.Latin1.GetBytes(greeting.PadRight(64)));
        var failure = await Failure();

        Assert.Contains(failure.Error, new[] { VolumeError.ProviderUnavailable, VolumeError.ProviderFailed });
    }

    [Fact]
    public async Task Fetch_PluginNarrowedToAudiences_DemandsThoseAlone()
    {
        await using var plugin = await Start();

        Assert.Same(TokenDemand.Whatever, Provider().Demand(Requests.Class("vault")));
        var demand = Provider(("vault", ["vault", "api"])).Demand(Requests.Class("vault"));
        Assert.Equal(["api", "vault"], demand.Audiences.ToArray());
        Assert.False(demand.TakesAll);
        Assert.False(demand.IsRequired);
        Assert.Same(TokenDemand.Whatever, Provider(("aws", ["sts"])).Demand(Requests.Class("vault")));
    }

    [Fact]
    public async Task Fetch_FirstContact_AsksTheVersionOnceAndLogsIt()
    {
        await using var plugin = await Start();
        var provider = Provider();
        for (var i = 0; i < 3; i++)
            await provider.Fetch(Request(), CancellationToken.None).Soon();
        await _log.Holds("is fake 0.1, protocol v1alpha1");

        Assert.Equal(1, plugin.Versions);
        Assert.Single(_log.At(LogLevel.Information));
    }

    [Fact]
    public async Task SharingKey_OfPlugins_IsNone()
    {
        await using var plugin = await Start();
        Assert.Null(Provider().SharingKey(Request()));
    }
}
