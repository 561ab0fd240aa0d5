using ActorCsi.Testing.Api;

namespace ActorCsi.Tests.Rpc.Surface;

/// <summary>
/// What we offer of Grpc.AspNetCore.Server and Grpc.Net.Client is there declared alike, with the same names of parameters and the same nulls, so
/// that source which compiles here compiles there.
/// </summary>
public class OfficialTypesTests
{
    private static readonly Dictionary<string, ApiType> Official =
        Assemblies.Official.SelectMany(path => AssemblyApi.Read(path)).ToDictionary(type => type.Name);

    public static TheoryData<string> Types => [.. Ours().Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Type_IsDeclaredAsTheOfficialOne(string name) => Assert.Equal(Official[name].Declaration, Ours().Single(type => type.Name == name).Declaration);

    [Theory]
    [MemberData(nameof(Types))]
    public void Members_AreOfficialOnes(string name) => Assert.Equal(
        [], Ours().Single(type => type.Name == name).Members.Except(Official[name].Members));

    [Fact]
    public void Comparison_SeesTheOfficialAssemblies()
    {
        // Were the reader blind to these, the tests above could not fail.
        Assert.Contains("static Grpc.Net.Client.GrpcChannel ForAddress(string address)", Official["Grpc.Net.Client.GrpcChannel"].Members);
        Assert.Contains("int? MaxReceiveMessageSize { get; set; }", Official["Grpc.AspNetCore.Server.GrpcServiceOptions"].Members);
    }

    // Grpc.Core is a package of its own: see CoreApiTests.
    private static IEnumerable<ApiType> Ours() => AssemblyApi.Read(Assemblies.Ours).Where(type => type.Namespace != "Grpc.Core");
}
