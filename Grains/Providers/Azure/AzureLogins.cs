using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Access tokens for vaults, one for each account, kept until shortly before they end.</summary>
internal sealed class AzureLogins(ProviderHttp http, TimeProvider time)
{
    private readonly KeptLogins<AzureAccount, Secret> _kept = new(time);

    /// <summary>The account's access token. It belongs to this class: not to be erased.</summary>
    /// <exception cref="VolumeException">There is no login, and why.</exception>
    public Task<Secret> Get(AzureIdentity identity, CancellationToken cancellationToken)
        => _kept.Get(identity.Account, giveUp => LogIn(identity, giveUp), cancellationToken);

    /// <summary>A vault does not take <paramref name="login"/>.</summary>
    public void Forget(AzureIdentity identity, Secret login) => _kept.Forget(identity.Account, login);

    private async Task<KeptLogin<Secret>> LogIn(AzureIdentity identity, CancellationToken cancellationToken)
    {
        var account = identity.Account;
        var client = http.To(account.Authority);
        var (token, life) = account.SignIn is AzureSignIn.Federated or AzureSignIn.Password
            ? await EntraLogin.LogIn(client, account, identity.Proof!, cancellationToken)
            : await MachineLogin.LogIn(client, account, cancellationToken);
        return new KeptLogin<Secret>(token, time.GetUtcNow() + life);
    }
}
