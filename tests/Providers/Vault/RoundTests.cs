using System.Globalization;
using ActorCsi.Testing;

namespace ActorCsi.Tests.Providers.Vault;

/// <summary>
/// Volumes of dynamic secrets come and go, and nothing is left at the server. 1,000 rounds here; 10,000, a quarter of a minute, with
/// <c>VAULT_ROUNDS=10000 dotnet test tests/Providers --filter RoundTests</c>.
/// </summary>
public sealed class RoundTests : VaultTest
{
    internal static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("VAULT_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 1000;

    [Fact]
    public async Task PublishAndUnpublish_ManyRounds_LeaveNothing()
    {
        Vault.MountDatabase();
        SetClass("- {objectName: user, secretPath: database/creds/shop, secretKey: username}");
        for (var round = 0; round < Rounds; round++)
        {
            // Two pods of three identities in turn, so that logins overlap and do not.
            var pod = Pod($"web-{round}", $"sa-{round % 3}");
            await Publish(pod);
            if (round % 4 != 0)
                await Unpublish(pod);
            if (round % 16 == 15)
                await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Unpublish(Pod($"web-{round - 15 + (4 * i)}", $"sa-{(round - 15 + (4 * i)) % 3}")))).Soon();
        }
        for (var round = Rounds / 16 * 16; round < Rounds; round++)
            await Unpublish(Pod($"web-{round}", $"sa-{round % 3}"));
        await Until(() => Vault.Tokens.Count == 0 && Vault.Leases.Count == 0);
        Assert.True(Vault.Logins > 3);
        Assert.Empty(Kernel.Mounts);
    }
}
