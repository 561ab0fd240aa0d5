using System.Reflection;
using Grpc.Core;

namespace ActorCsi.Tests.Rpc.Surface;

/// <summary>
/// Grpc.Core.Api itself cannot be had from every registry. But the official server and client stand on it: what their compiled code refers to,
/// and what their classes override, shows how it is declared.
/// </summary>
public class CoreApiTests
{
    // Members that have more parameters there, for types that are not offered here; callers who leave the optional ones out compile against both.
    private static readonly string[] Shorter =
    [
        "Grpc.Core.CallOptions..ctor",
    ];

    // (our open class, an official class derived from it, in which of the two assemblies)
    public static TheoryData<string, string, string> Derived => new()
    {
        { "Grpc.Core.ServerCallContext", "Grpc.AspNetCore.Server.Internal.HttpContextServerCallContext", "OfficialServer" },
        { "Grpc.Core.SerializationContext", "Grpc.AspNetCore.Server.Internal.HttpContextSerializationContext", "OfficialServer" },
        { "Grpc.Core.DeserializationContext", "Grpc.Shared.DefaultDeserializationContext", "OfficialServer" },
        { "Grpc.Core.CallInvoker", "Grpc.Net.Client.Internal.HttpClientCallInvoker", "OfficialClient" },
        { "Grpc.Core.ChannelBase", "Grpc.Net.Client.GrpcChannel", "OfficialClient" },
    };

    [Fact]
    public void Members_ThatTheOfficialCodeRefersTo_AreDeclaredAlike()
    {
        var uses = Assemblies.Official.SelectMany(path => MemberUse.OfCoreApi(path)).Distinct().ToList();
        var different = new List<string>();
        var equal = 0;
        foreach (var byMember in uses.GroupBy(use => (use.Type, use.Name)))
        {
            var ours = MemberUse.DefinedBy(Assemblies.Ours, byMember.Key.Type).Where(member => member.Name == byMember.Key.Name).ToList();
            if (ours.Count == 0 || Shorter.Contains($"{byMember.Key.Type}.{byMember.Key.Name}"))
                continue; // not offered

            var missing = byMember.Except(ours).ToList();
            equal += byMember.Count() - missing.Count;
            different.AddRange(missing.Select(use => $"official {use}\n    ours {string.Join(" | ", ours)}"));
        }

        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.True(equal > 60, $"Only {equal} members were compared: is the reader blind?");
    }

    [Theory]
    [MemberData(nameof(Derived))]
    public void OpenMembers_AreThoseThatOfficialClassesOverride(string ours, string derived, string assembly)
    {
        var overridden = MemberUse.DefinedBy(Assemblies.Metadata(assembly), derived).ToLookup(member => member.Name, member => member.Signature);
        var open = typeof(ServerCallContext).Assembly.GetType(ours)!
            .GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(method => method.IsAbstract || (method.IsVirtual && overridden.Contains(method.Name)))
            .Select(method => method.Name)
            .ToHashSet();

        var lacking = MemberUse.DefinedBy(Assemblies.Ours, ours).Where(member => open.Contains(member.Name) && !overridden[member.Name].Contains(member.Signature));

        Assert.NotEmpty(open);
        Assert.Empty(lacking);
    }
}
