using ActorCsi.Fakes.Stores.Aws;

namespace ActorCsi.Tests.Providers.Aws;

/// <summary>A node with pods, their volumes, and AWS in two regions, under its own names. The service account <c>web</c> is bound to the role <c>shop</c>.</summary>
public abstract class AwsTest : ProviderTest
{
    protected const string Region = "eu-west-1";
    protected const string OtherRegion = "eu-central-1";
    protected const string User = "- {objectName: user, objectType: secretsmanager}";

    protected AwsServer Aws { get; private set; } = null!;

    protected override string Audience => "sts.amazonaws.com";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Proxy = NowhereForPlainHttp;
        Aws = await AwsServer.Start(Issuer, Time, Authority.Server(AwsServer.Names(Region, OtherRegion)));
        Aws.Role("shop", role => role with { Trusted = ["system:serviceaccount:default:web"] });
        Bind("web", "shop");
        foreach (var name in AwsServer.Names(Region, OtherRegion))
            ConnectTo[$"{name}:443"] = Aws.Front.Address.Authority;
        ConnectTo["169.254.170.23:80"] = Aws.Agent.Address.Authority;
        Aws.Put(Region, "user", "bob");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Aws.DisposeAsync();
    }

    /// <summary>Binds a service account to a role, as IRSA does.</summary>
    protected void Bind(string serviceAccount, string role)
        => ApiServer.Annotations[serviceAccount] = new() { ["eks.amazonaws.com/role-arn"] = AwsServer.RoleArn(role) };

    /// <summary>A class with those objects in <see cref="Region"/>, with other parameters where the test says so; null takes one away.</summary>
    protected void SetClass(string objects, params (string Name, string? Value)[] others) => SetClass(ClassName, objects, others);

    protected void SetClass(string name, string objects, params (string Name, string? Value)[] others)
    {
        var parameters = new Dictionary<string, string?> { ["region"] = Region, ["objects"] = objects };
        foreach (var (parameter, value) in others)
            parameters[parameter] = value;
        Classes.Set(name, "aws", [.. parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Key, one.Value!))]);
    }

    /// <summary>The versions in status, as <c>id@version</c>.</summary>
    protected async Task<string[]> Versions() => [.. (await Status()).Objects.Select(version => $"{version.Id}@{version.Version}")];
}
