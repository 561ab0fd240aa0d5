using System.Globalization;
using ActorCsi.Admin.V1;

namespace ActorCsi.Silo.Operate;

/// <summary>Logins and leases at secret stores, one line for each service account and store.</summary>
internal static class LoginTable
{
    public static TextTable Of(IEnumerable<Login> logins, DateTimeOffset now)
    {
        var table = new TextTable(
            new("SERVICE ACCOUNT", Least: 16), new("STORE", Least: 16), new("ROLE", Least: 8), new("LOGINS"), new("UNTIL"), new("LEASES"), new("UNTIL"), new("VOLUMES"));
        foreach (var login in logins)
            table.AddRow(
                $"{login.PodNamespace}/{login.ServiceAccount}", login.Store, login.Role, Count(login.Logins), login.Logins == 0 ? "-" : Times.Until(login.LoginsUntil, now),
                Count(login.Leases), login.Leases == 0 ? "-" : Times.Until(login.LeasesUntil, now), Users(login));
        return table;
    }

    /// <summary>What nobody uses is on its way back to the store. It stays listed until the store has taken it back, or until its end.</summary>
    private static TextCell Users(Login login) => login.Volumes.Count == 0 ? new TextCell("none", Tone.Bad) : Count(login.Volumes.Count);

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}
