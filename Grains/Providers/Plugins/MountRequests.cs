using System.Globalization;
using System.Text;
using ActorCsi.Grains.Refresh;
using ActorCsi.Grains.Tokens;
using SecretsStore.V1Alpha1;

namespace ActorCsi.Grains.Providers.Plugins;

/// <summary>Builds the message that a plugin gets, as it got it from the peer.</summary>
/// <remarks>
/// The message holds the tokens and secrets as strings, which cannot be erased: they live until the garbage collector comes by.
/// </remarks>
internal static class MountRequests
{
    /// <summary>The key of KEP-1855 and KEP-5538; plugins find the tokens under it.</summary>
    private const string TokensKey = "csi.storage.k8s.io/serviceAccount.tokens";

    public static MountRequest Of(FetchRequest request)
    {
        KeyValuePair<string, string>[] tokens = request.Tokens.All.IsEmpty ? [] : [new(TokensKey, Tokens(request.Tokens))];
        return new MountRequest
        {
            Attributes = GoJson.Object([.. request.Class.Parameters.Where(parameter => !RefreshParameters.IsOurs(parameter.Key)), .. request.Volume.Attributes, .. tokens]), // what comes later wins
            Secrets = Secrets(request, request.TokenSource is TokenSource.Secrets ? tokens : []),
            TargetPath = request.Volume.TargetPath,
            Permission = SecretFile.DefaultMode.ToString(CultureInfo.InvariantCulture), // decimal: a JSON number
            // current_object_version stays empty, as the peer leaves it. There are plugins that read the files of a version they
            // take for current back from the target instead of fetching them: a way that nobody has gone for years.
        };
    }

    /// <summary>The Secret of nodePublishSecretRef, with the tokens if kubelet put them there; <c>null</c> when there is neither.</summary>
    private static string Secrets(FetchRequest request, KeyValuePair<string, string>[] tokens)
        => request.NodePublishSecrets.IsDefaultOrEmpty && tokens is []
            ? "null"
            : GoJson.Object([.. request.NodePublishSecrets.Select(secret => KeyValuePair.Create(secret.Name, secret.Value.ExposeText())), .. tokens]);

    /// <summary>The text that kubelet sent, written anew: the plugin may be shown fewer audiences than there were.</summary>
    private static string Tokens(PodTokens tokens)
    {
        var json = new StringBuilder("{");
        foreach (var token in tokens.All.OrderBy(token => token.Audience, GoJson.ByBytes))
        {
            if (json.Length > 1)
                json.Append(',');
            GoJson.AppendString(json, token.Audience);
            json.Append(":{\"token\":");
            GoJson.AppendString(json, token.Token.ExposeText());
            json.Append(CultureInfo.InvariantCulture, $",\"expirationTimestamp\":\"{token.ExpiresAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\"}}");
        }
        return json.Append('}').ToString();
    }
}
