using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Azure;

/// <summary>Logins that the machine itself is proof enough for: the metadata service of Azure's machines, and aad-pod-identity.</summary>
internal static class MachineLogin
{
    /// <summary>The metadata service, at the same address on every machine. Plain HTTP, and no way there but from the machine.</summary>
    public static readonly HttpEndpoint Metadata = new(new Uri("http://169.254.169.254/")) { IsOnThisNode = true };

    /// <summary>What aad-pod-identity runs on each node.</summary>
    public static readonly HttpEndpoint AadPodIdentity = new(new Uri("http://localhost:2579/")) { IsOnThisNode = true };

    public static async Task<(Secret Token, TimeSpan Life)> LogIn(EndpointClient client, AzureAccount account, CancellationToken cancellationToken)
    {
        using var answer = await client.Send(account.SignIn is AzureSignIn.Machine ? AskMetadata(account) : AskAadPodIdentity(account), cancellationToken);
        using var json = AnswerJson.Object(answer.Body);
        var what = $"login as {account} at {account.Authority.Address.Authority}";
        if (!answer.IsSuccess)
            throw HttpFailures.Of(what, answer, json?.RootElement.Text("error_description") ?? json?.RootElement.Text("error"), [], Error(answer.Status), Hint(account, answer.Status));
        var token = account.SignIn is AzureSignIn.Machine ? json?.RootElement : json?.RootElement.Field("token");
        return token is { } given && given.Text("access_token") is { Length: > 0 } text && given.Number("expires_in") is > 0 and < 1e8 and var seconds
            ? (Secret.FromText(text), TimeSpan.FromSeconds(seconds)) : throw HttpFailures.Garbage(what, "an access token");
    }

    /// <summary>404 and 410 are what it answers while it starts or is updated: worth another try, as its documentation says.</summary>
    private static HttpCall AskMetadata(AzureAccount account)
        => new(HttpMethod.Get, $"metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(account.Resource)}"
            + (account.ClientId.Length == 0 ? "" : $"&client_id={Uri.EscapeDataString(account.ClientId)}"))
        {
            Purpose = "azure machine login",
            Headers = [new("Metadata", "true")],
            AlsoTransient = [404, 410],
        };

    private static HttpCall AskAadPodIdentity(AzureAccount account)
        => new(HttpMethod.Get, $"host/token/?resource={Uri.EscapeDataString(account.Resource)}")
        {
            Purpose = "azure pod login",
            Headers = [new("podns", account.PodNamespace), new("podname", account.PodName)],
        };

    private static VolumeError? Error(int status) => status is 400 ? VolumeError.Invalid : status is 404 or 410 ? VolumeError.ProviderUnavailable : null;

    private static string? Hint(AzureAccount account, int status) => (account.SignIn, status) switch
    {
        (AzureSignIn.Machine, 400) => "the machine has no such identity; check userAssignedIdentityID, and that the identity is assigned to the machines of the node pool",
        (AzureSignIn.AadPodIdentity, _) => "does an AzureIdentityBinding select the pod?",
        _ => null,
    };
}
