using System.Text;
using ActorCsi.Grains.Providers.Vault;
using FsCheck;
using FsCheck.Fluent;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>Whatever a server answers: files come of it or a failure of the closed set, which tells nothing of the values.</summary>
public sealed class MalformedAnswerTests
{
    private const string Value = "hunter2";

    private const string Valid = """
        {"request_id": "1", "lease_id": "l", "lease_duration": 60, "renewable": true, "warnings": ["w"], "mount_type": "kv",
         "auth": {"client_token": "t", "accessor": "a", "lease_duration": 60, "renewable": true},
         "data": {"data": {"user": "hunter2", "list": ["hunter2", 1.5e3, null], "certificate": "hunter2", "ttl": 30}, "metadata": {"version": 1}}}
        """;

    private static readonly string[] Bits =
        ["", " ", "{", "}", "[", "]", ":", ",", "\"", "\\", "\\ud800", "\\uD83D\\uDE00", "\"\\udfff\": 1,", "null", "true", "-", "1e999", "123456789012345678901234567890", "\"data\": {", "\"data\": null", "\"auth\": []", "\u0000", "\ufeff", "é", "//", "[[[[[[[["];

    private static readonly VaultRead Read = new("GET", "v1/kv/data/shop", null);

    private static readonly VaultObject[] Wanted =
    [
        new() { Name = "user", Read = Read, PluginJson = "", Key = "user" },
        new() { Name = "user", Read = Read, PluginJson = "", Key = "user", Encoding = VaultEncoding.Hex },
        new() { Name = "whole", Read = Read, PluginJson = "" },
        new() { Name = "", Read = Read, PluginJson = "", AllKeys = true, Encoding = VaultEncoding.Base64 },
        new() { Name = "dir", Read = Read, PluginJson = "", Parts = [new VaultPart("file", ["list", "certificate"])] },
    ];

    [Fact]
    public void Read_ValidAnswerWithOneEdit_GivesFilesOrOneOfOurFailures()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(
            (from at in Gen.Choose(0, Valid.Length - 1)
             from cut in Gen.Choose(0, 12)
             from bit in Gen.Elements(Bits)
             select Valid.Remove(at, Math.Min(cut, Valid.Length - at)).Insert(at, bit)).ToArbitrary(), text => Survives(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Read_RandomBytes_GivesFilesOrOneOfOurFailures()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll<byte[]>(Survives));

    private static bool Survives(byte[] body)
    {
        using var answer = VaultAnswer.Read(new Secret(body));
        return answer is null || (answer is { Auth: _, Said: not null, TimeToLive: _, LeaseDuration.Ticks: >= 0 } && Array.TrueForAll(Wanted, wanted => Survives(wanted, answer)));
    }

    private static bool Survives(VaultObject wanted, VaultAnswer answer)
    {
        try
        {
            return VaultFiles.Of(wanted, answer).ToArray().All(file => file.Content.Length >= 0);
        }
        catch (VolumeException failure)
        {
            return !failure.ToString().Contains(Value, StringComparison.Ordinal);
        }
    }
}
