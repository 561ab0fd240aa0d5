namespace ActorCsi.Tests.Providers.Azure;

/// <summary>Pods of one identity share a login and what it reads; two identities share nothing; no token goes anywhere but to its server.</summary>
public sealed class SharingTests : AzureTest
{
    [Fact]
    public async Task Publish_SeveralClassesOfOneIdentity_AreOneLogin()
    {
        SetClass(Password);
        SetClass("other", Objects("{objectName: password, objectType: secret, objectAlias: p}"));
        await Publish();
        await Publish(className: "other");
        Assert.Single(Entra.Issued);
    }

    [Fact]
    public async Task Publish_TwoServiceAccounts_ShareNothing()
    {
        Entra.Federate(Tenant, Client, "default", "shop");
        SetClass(Password);
        await Publish(Pod("web-0", "web"));
        await Publish(Pod("shop-0", "shop"));
        Assert.Equal((2, 2), (Entra.Issued.Count, Vault.Asked("/secrets/password/")));
    }

    [Fact]
    public async Task Publish_TokenForEntra_GoesToEntraAndNowhereElse()
    {
        SetClass(Password);
        await Publish(audiences: ["api://AzureADTokenExchange", "vault", ""]);
        var sent = Assert.Single(Entra.Front.Requests);
        var form = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(System.Text.Encoding.UTF8.GetString(sent.Body));
        Assert.Equal(["https://login.microsoftonline.com"], Egress.OriginsThatSaw(form["client_assertion"].ToString()));
        Assert.Equal(["https://shop-kv.vault.azure.net"], Egress.OriginsThatSaw(Assert.Single(Entra.Issued)));
        Assert.Equal(["https://login.microsoftonline.com", "https://shop-kv.vault.azure.net"], Egress.Origins);
    }
}
