using System.Security.Cryptography;
using System.Text;

namespace ActorCsi.Grains.Providers.Token;

/// <summary>
/// The file of a token whose path the class leaves open: its audience, percent-escaped as in a URL
/// (<c>https://vault.example.com</c> → <c>https%3A%2F%2Fvault.example.com</c>). Whatever other audiences there are, the name stays the
/// same, and two audiences never share one.
/// </summary>
internal static class TokenFileNames
{
    /// <summary>The file of the empty audience, which stands for the API server.</summary>
    public const string ApiServer = "api-server";

    private const int Longest = 200;

    public static string Of(string audience)
    {
        if (audience.Length == 0)
            return ApiServer;

        var name = Uri.EscapeDataString(audience);
        if (name[0] == '.') // hidden from `ls`, and "..data" is the volume's own
            name = "%2E" + name[1..];
        else if (audience == ApiServer)
            name = "%61" + name[1..]; // the empty audience has the plain name
        return name.Length <= Longest ? name : $"{name[..Longest]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(audience)).AsSpan(0, 8))}";
    }
}
