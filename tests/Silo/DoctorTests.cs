using ActorCsi.Silo.Doctor;

namespace ActorCsi.Tests.Silo;

/// <summary>Doctor finds what was spoiled, calls it by its name, says how to mend it, and finds nothing else.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Run_SoundNode_FindsNothing()
    {
        await using var node = await SoundNode.Start();

        Assert.Empty(await node.Examine());
    }

    [Fact]
    public async Task Run_NoClusterKnown_IsANoteAndNoError()
    {
        await using var node = await SoundNode.Start();
        node.Surroundings = node.Surroundings with { Cluster = null };

        Assert.Equal([("api-server", Severity.Note)], (await node.Examine()).Select(found => (found.Check, found.Finding.Severity)));
    }

    [Theory]
    [MemberData(nameof(Spoilt.Files), MemberType = typeof(Spoilt))]
    public Task Run_FileSpoilt_FindsJustThat(string what, string check, string severity, string words) => FindsJustThat(Spoilt.Of(what), check, severity, words);

    [Theory]
    [MemberData(nameof(Spoilt.Sockets), MemberType = typeof(Spoilt))]
    public Task Run_SocketSpoilt_FindsJustThat(string what, string check, string severity, string words) => FindsJustThat(Spoilt.Of(what), check, severity, words);

    [Theory]
    [MemberData(nameof(Spoilt.Classes), MemberType = typeof(Spoilt))]
    public Task Run_ClassSpoilt_FindsJustThat(string what, string check, string severity, string words) => FindsJustThat(Spoilt.Of(what), check, severity, words);

    [Theory]
    [MemberData(nameof(Spoilt.ClusterObjects), MemberType = typeof(Spoilt))]
    public Task Run_ClusterSpoilt_FindsJustThat(string what, string check, string severity, string words) => FindsJustThat(Spoilt.Of(what), check, severity, words);

    private static async Task FindsJustThat(Func<SoundNode, Task> spoil, string check, string severity, string words)
    {
        await using var node = await SoundNode.Start();
        await spoil(node);

        var found = await node.Examine();

        var (name, finding) = Assert.Single(found);
        Assert.Equal((check, severity), (name, finding.Severity.ToString()));
        Assert.Contains(words, finding.Found, StringComparison.Ordinal);
        Assert.All((string[])[finding.Expected, finding.Mend], Assert.NotEmpty);
    }
}
