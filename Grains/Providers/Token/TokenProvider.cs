using System.Collections.Immutable;
using System.Globalization;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Grains.Providers.Token;

/// <summary>
/// The pod's own service-account tokens as files: what a projected volume does, for every audience of the CSIDriver's tokenRequests.
/// Asks nobody: kubelet brings the tokens and brings new ones in time.
/// </summary>
internal sealed class TokenProvider : ISecretProvider
{
    /// <inheritdoc/>
    public string Name => "token";

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass)
        => TokenObjects.Read(secretClass) is { } objects ? TokenDemand.For([.. objects.Select(wanted => wanted.Audience)]) : TokenDemand.All;

    /// <summary>Null: each pod has its own.</summary>
    public string? SharingKey(FetchRequest request) => null;

    /// <inheritdoc/>
    public Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        var objects = TokenObjects.Read(request.Class) ?? OneForEach(request.Tokens.All);
        var tokens = objects.Select(wanted => request.Tokens[wanted.Audience] ?? throw Missing(wanted.Audience)).ToArray();

        return Task.FromResult(new SecretBundle
        {
            Files = [.. objects.Zip(tokens, (wanted, token) => new SecretFile(wanted.Path, wanted.Mode, token.Token.Copy()))],
            Objects = [.. objects.Zip(tokens, (wanted, token) => new ObjectVersion(wanted.Path, Version(token.ExpiresAt)))],
            ExpiresAt = tokens.Min(token => token.ExpiresAt),
            NeedsNoPolling = true,
            FollowsTokens = true,
        });
    }

    private static ImmutableArray<TokenObject> OneForEach(ImmutableArray<Tokens.PodToken> tokens)
        => tokens.IsEmpty
            ? throw Missing("")
            : [.. tokens.Select(token => new TokenObject(token.Audience, TokenFileNames.Of(token.Audience), SecretFile.DefaultMode))];

    /// <summary>
    /// When the token expires: known without opening the token, of use to whoever looks at a status, and no help in guessing anything.
    /// Versions are public: they stand in SecretProviderClassPodStatus objects.
    /// </summary>
    private static string Version(DateTimeOffset expiresAt)
        => expiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static VolumeException Missing(string audience)
        => new(VolumeError.TokenMissing, $"there is no token for audience '{Words.Clip(audience)}'");
}
