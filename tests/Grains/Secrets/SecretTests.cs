using System.Text.Json;

namespace ActorCsi.Tests.Secrets;

/// <summary>A secret is compared whole and printed never.</summary>
public class SecretTests
{
    public static TheoryData<int> Lengths => [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 3000];

    [Theory, MemberData(nameof(Lengths))]
    public void Equals_SameBytes_IsTrue(int length) => Assert.Equal(Counting(length), Counting(length));

    [Theory, MemberData(nameof(Lengths))]
    public void Equals_OneByteDiffersAnywhere_IsFalse(int length)
    {
        for (var at = 0; at < length; at++)
        {
            var other = Counting(length).Expose().ToArray();
            other[at] ^= 0x80;
            Assert.False(Counting(length).Equals(new Secret(other)), $"byte {at} of {length}");
        }
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Equals_OneByteMore_IsFalse(int length) => Assert.NotEqual(Counting(length), Counting(length + 1));

    [Fact]
    public void Erase_CopyElsewhere_IsNotTouched()
    {
        var secret = Counting(40);
        var copy = secret.Copy();

        secret.Erase();

        Assert.Throws<ObjectDisposedException>(() => secret.Length);
        Assert.Equal(Counting(40), copy);
    }

    [Fact]
    public void Print_AnyWay_GivesTheWordThatStandsForIt()
    {
        var secret = Secret.FromText("do-not-show");

        Assert.Equal("[redacted]", secret.ToString());
        Assert.Equal("[redacted]", $"{secret}");
        Assert.Equal("\"[redacted]\"", JsonSerializer.Serialize(secret));
    }

    private static Secret Counting(int length) => new([.. Enumerable.Range(0, length).Select(i => (byte)i)]);
}
