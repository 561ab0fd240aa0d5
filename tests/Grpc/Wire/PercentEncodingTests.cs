using ActorCsi.Embedded.Rpc;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Rpc.Wire;

/// <summary>grpc-message carries any text; what it cannot mean it leaves alone.</summary>
public class PercentEncodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\r\nb\0", "a%0D%0Ab%00")]
    [InlineData("é€😀", "%C3%A9%E2%82%AC%F0%9F%98%80")]
    [InlineData("\u007f", "%7F")]
    public void Encode_Text_IsEscapedAsTheSpecificationSays(string text, string encoded) => Assert.Equal(encoded, PercentEncoding.Encode(text));

    [Theory]
    [InlineData("%c3%A9", "é")] // either case of the digits
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%+1", "%+1")]
    [InlineData("% 1", "% 1")]
    [InlineData("%ff%fe", "\ufffd\ufffd")]
    [InlineData("é%41", "éA")]
    public void Decode_WhateverServersSend_IsText(string encoded, string text) => Assert.Equal(text, PercentEncoding.Decode(encoded));

    [Fact]
    public void Decode_OfEncode_IsTheText() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll<string>(text =>
    {
        var sound = new string((text ?? "").Where(c => !char.IsSurrogate(c)).ToArray());
        var encoded = PercentEncoding.Encode(sound);
        return encoded.All(c => c is >= ' ' and <= '~') && PercentEncoding.Decode(encoded) == sound;
    }));

    [Fact]
    public void Decode_AnyText_DoesNotThrow() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll<string>(text => PercentEncoding.Decode((text ?? "") + "%" + text) is not null));
}
