using ActorCsi.Fakes.Stores.Aws;
using ActorCsi.Tests.Providers.Aws;

namespace ActorCsi.Tests.Providers.Stores;

/// <summary>AWS: a secret and a parameter, by IRSA.</summary>
internal sealed class AwsStore : AwsTest, IStore
{
    public string TokenAudience => Audience;

    public Place TokenService => new(Aws.Front, AwsServer.Is("AssumeRoleWithWebIdentity"), $"https://sts.{Region}.amazonaws.com");

    public Place FirstObject => new(Aws.Front, AwsServer.Is("GetSecretValue"), $"https://secretsmanager.{Region}.amazonaws.com");

    public int Logins => Aws.Logins;

    public int[] Reads => [Aws.Asked("GetSecretValue"), Aws.Asked("GetParameters")];

    public TimeSpan ClockSkew { set => Aws.ClockSkew = value; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Put("one", "two");
    }

    public void SetClass(params (string Name, string? Value)[] parameters) => SetClass("""
        - {objectName: shop/first, objectType: secretsmanager, objectAlias: first}
        - {objectName: /shop/second, objectType: ssmparameter, objectAlias: second}
        """, parameters);

    public void Put(string first, string second)
    {
        Aws.Put(Region, "shop/first", first);
        Aws.PutParameter(Region, "/shop/second", second);
    }

    public void RevokeLogins() => Aws.ForgetSessions();

    public void LetTry(string serviceAccount) => Bind(serviceAccount, "shop"); // which trusts another one only
}
