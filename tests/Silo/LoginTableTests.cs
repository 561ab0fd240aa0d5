using ActorCsi.Admin.V1;
using ActorCsi.Silo.Operate;
using Google.Protobuf.WellKnownTypes;

namespace ActorCsi.Tests.Silo;

/// <summary>What is taken out at secret stores reads as docs/OPERATING.md shows it.</summary>
public sealed class LoginTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_LoginsAndLeases_OneLineForEachServiceAccountAndStore()
    {
        var used = new Login
        {
            Store = "vault at https://vault.example.com:8200",
            PodNamespace = "default",
            ServiceAccount = "shop",
            Role = "shop",
            Logins = 1,
            LoginsUntil = Now.AddMinutes(52).ToTimestamp(),
            Leases = 3,
            LeasesUntil = Now.AddMinutes(22).ToTimestamp(),
            Volumes = { "csi-1", "csi-2" },
        };
        var left = new Login { Store = used.Store, PodNamespace = "default", ServiceAccount = "old", Role = "old", Leases = 1 }; // a lease without an end

        using var output = new StringWriter();
        LoginTable.Of([used, left], Now).Write(output, isWide: true);

        Assert.Equal(
            [
                "SERVICE ACCOUNT  STORE                                    ROLE  LOGINS  UNTIL   LEASES  UNTIL   VOLUMES",
                "default/shop     vault at https://vault.example.com:8200  shop  1       in 52m  3       in 22m  2",
                "default/old      vault at https://vault.example.com:8200  old   0       -       1       never   none",
            ],
            output.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd()));
    }
}
