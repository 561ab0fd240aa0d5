using System.Text;
using System.Text.Json;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Plugins;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Providers.Plugins;

/// <summary>A plugin is asked in the very words in which the peer asks it.</summary>
public sealed class MountRequestsTests
{
    private static readonly DateTimeOffset Expires = new(2026, 11, 21, 5, 20, 46, 123, TimeSpan.Zero);

    private const string Tokens = """{"":{"token":"api.jwt","expirationTimestamp":"2026-11-21T05:20:46Z"},"vault":{"token":"vault.jwt","expirationTimestamp":"2026-11-21T05:20:46Z"}}""";

    private static FetchRequest Request(TokenSource source)
        => Requests.For(Requests.Class("vault", ("roleName", "web"), ("objects", "- a: <b> & \"c\"\n")), Requests.Token("", "api.jwt", Expires), Requests.Token("vault", "vault.jwt", Expires)) with { TokenSource = source };

    private static Dictionary<string, string>? Read(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json);

    [Fact]
    public void Of_WholeRequest_IsByteForByteThePeers()
    {
        var request = MountRequests.Of(Request(TokenSource.VolumeContext));

        Assert.Equal("""
            {"csi.storage.k8s.io/ephemeral":"true","csi.storage.k8s.io/pod.name":"web-0","csi.storage.k8s.io/pod.namespace":"shop",
            "csi.storage.k8s.io/pod.uid":"fa24ba5f-26a8-4947-8c00-6fb48ff1305f","csi.storage.k8s.io/serviceAccount.name":"web-sa",
            "csi.storage.k8s.io/serviceAccount.tokens":"{\"\":{\"token\":\"api.jwt\",\"expirationTimestamp\":\"2026-11-21T05:20:46Z\"},
            \"vault\":{\"token\":\"vault.jwt\",\"expirationTimestamp\":\"2026-11-21T05:20:46Z\"}}",
            "objects":"- a: \u003cb\u003e \u0026 \"c\"\n","roleName":"web","secretProviderClass":"class"}
            """.ReplaceLineEndings(""), request.Attributes);
        Assert.Equal("null", request.Secrets);
        Assert.Equal("420", request.Permission);
        Assert.Equal(Requests.Volume.TargetPath, request.TargetPath);
        Assert.Empty(request.CurrentObjectVersion);
    }

    [Fact]
    public void Of_ObjectsInPlaceAlready_AreNotTold()
        => Assert.Empty(MountRequests.Of(Request(TokenSource.None) with { Current = [new ObjectVersion("a", "1")] }).CurrentObjectVersion);

    [Fact]
    public void Of_VolumeAttributeAndParameterOfOneName_TheVolumeWins()
    {
        var request = Request(TokenSource.None);
        request = request with { Volume = request.Volume with { Attributes = new StringMap([new("roleName", "of the pod")]) } };

        Assert.Equal("of the pod", Read(MountRequests.Of(request).Attributes)!["roleName"]);
    }

    [Fact]
    public void Of_TokensInSecrets_AreInBothPlaces()
    {
        var request = MountRequests.Of(Request(TokenSource.Secrets) with { NodePublishSecrets = [new("password", Secret.FromText("p<w"))] });

        Assert.Equal(Tokens, Read(request.Attributes)!["csi.storage.k8s.io/serviceAccount.tokens"]);
        Assert.StartsWith("""{"csi.storage.k8s.io/serviceAccount.tokens":"{\"\":""", request.Secrets, StringComparison.Ordinal);
        Assert.EndsWith(""","password":"p\u003cw"}""", request.Secrets, StringComparison.Ordinal);
        Assert.Equal(Tokens, Read(request.Secrets)!["csi.storage.k8s.io/serviceAccount.tokens"]);
    }

    [Fact]
    public void Of_TokensInVolumeContext_AreNotInSecrets()
        => Assert.Equal("""{"password":"pw"}""", MountRequests.Of(Request(TokenSource.VolumeContext) with { NodePublishSecrets = [new("password", Secret.FromText("pw"))] }).Secrets);

    [Fact]
    public void Of_NoTokens_HasNoKeyForThem()
        => Assert.DoesNotContain("serviceAccount.tokens", MountRequests.Of(Requests.For(Requests.Class("vault"))).Attributes, StringComparison.Ordinal);

    [Fact]
    public void Of_AudienceOfStrangeLetters_IsEscapedAsGoDoes()
        => Assert.Contains("""{\"https://a/?b=1\\u0026c=\\u003cd\\u003e\":{""",
            MountRequests.Of(Requests.For(Requests.Class("vault"), Requests.Token("https://a/?b=1&c=<d>", "x", Expires))).Attributes, StringComparison.Ordinal);

    /// <summary>As encoding/json of Go 1.25 writes them.</summary>
    [Theory]
    [InlineData("a/b'c", "\"a/b'c\"")]
    [InlineData("\"\\", "\"\\\"\\\\\"")]
    [InlineData("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"")]
    [InlineData("\u0000\u001f\u007f", "\"\\u0000\\u001f\u007f\"")]
    [InlineData("<>&", "\"\\u003c\\u003e\\u0026\"")]
    [InlineData("\u2028\u2029é€😀", "\"\\u2028\\u2029é€😀\"")]
    public void AppendString_AnyLetter_IsEscapedAsGoDoes(string text, string json)
    {
        var written = new StringBuilder();
        GoJson.AppendString(written, text);
        Assert.Equal(json, written.ToString());
    }

    [Fact]
    public void Object_KeysBeyondTheBasicPlane_AreSortedByTheirBytes()
        => Assert.Equal("{\"\ufffd\":\"\",\"😀\":\"\"}", GoJson.Object([new("😀", ""), new("\ufffd", "")]));

    [Fact]
    public void Object_AnyStrings_CanBeReadBack()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll<NonNull<string>, NonNull<string>>((key, value) =>
        {
            static string Whole(string text) => string.Concat(text.EnumerateRunes());
            return Read(GoJson.Object([new(key.Get, value.Get)]))!.Single() is var entry && entry.Key == Whole(key.Get) && entry.Value == Whole(value.Get);
        }));
}
