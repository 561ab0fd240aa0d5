using System.Security.Cryptography;
using System.Text;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>
/// Logins at Entra ID, or at AD FS: the OAuth 2.0 client-credentials grant, where the client's proof is the pod's token (RFC 7523) or a password.
/// What the vendor's libraries ask beforehand, to find out where to ask, is known here.
/// </summary>
internal static class EntraLogin
{
    public static async Task<(Secret Token, TimeSpan Life)> LogIn(EndpointClient client, AzureAccount account, Secret proof, CancellationToken cancellationToken)
    {
        var form = Encoding.UTF8.GetBytes(string.Join('&', Form(account, proof).Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}")));
        try
        {
            var call = new HttpCall(HttpMethod.Post, Path(account.Tenant))
            {
                Purpose = "entra login",
                Body = form,
                ContentType = "application/x-www-form-urlencoded",
                IsIdempotent = true,
            };
            using var answer = await client.Send(call, cancellationToken);
            using var json = AnswerJson.Object(answer.Body);
            if (!answer.IsSuccess)
                throw EntraFailures.Login(account, answer, json?.RootElement, proof);
            if (json?.RootElement.Text("access_token") is not { Length: > 0 } token || json.RootElement.Number("expires_in") is not (> 0 and < 1e8 and var seconds))
                throw HttpFailures.Garbage($"login of {account} at {account.Authority}", "an access token");
            return (Secret.FromText(token), TimeSpan.FromSeconds(seconds));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(form);
        }
    }

    private static string Path(string tenant)
        => tenant.Equals(AzureIdentities.AdFs, StringComparison.OrdinalIgnoreCase) ? "adfs/oauth2/token" : $"{tenant}/oauth2/v2.0/token";

    private static IEnumerable<(string Name, string Value)> Form(AzureAccount account, Secret proof)
    {
        yield return ("grant_type", "client_credentials");
        yield return ("client_id", account.ClientId);
        yield return ("scope", account.Resource + "/.default");
        if (account.SignIn is AzureSignIn.Password)
        {
            yield return ("client_secret", proof.ExposeText());
            yield break;
        }
        yield return ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        yield return ("client_assertion", proof.ExposeText());
    }
}
