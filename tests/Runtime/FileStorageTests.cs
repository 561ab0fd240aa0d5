using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace ActorCsi.Tests.Runtime;

public sealed class Note
{
    public string Text { get; set; } = "";

    public int Number { get; set; }
}

public interface INoteGrain : IGrainWithStringKey
{
    Task Write(string text);

    Task<string> Read();

    Task<bool> Exists();

    Task Clear();
}

public sealed class NoteGrain([PersistentState("note", "files")] IPersistentState<Note> note) : Grain, INoteGrain
{
    public Task Write(string text)
    {
        note.State.Text = text;
        return note.WriteStateAsync();
    }

    public Task<string> Read() => Task.FromResult(note.State.Text);

    public Task<bool> Exists() => Task.FromResult(note.RecordExists);

    public Task Clear() => note.ClearStateAsync();
}

/// <summary>States in files, on a disk and in memory.</summary>
public abstract class FileStorageTests(string parent) : IAsyncLifetime
{
    private readonly string _directory = Path.Combine(parent, "actorcsi-" + Path.GetRandomFileName(), "state");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        if (Directory.Exists(_directory))
            Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task State_AfterACrash_IsTheLastWritten()
    {
        await using var silo = await Start();
        await Grain(silo).Write("first");
        await Grain(silo).Write("second");

        await silo.Crash();

        Assert.Equal("second", await Grain(silo).Read());
        await Grain(silo).Write("third");
        Assert.Empty(Faults(silo));
    }

    [Fact]
    public async Task Files_AreTheirOwnersAlone()
    {
        await using var silo = await Start();
        await Grain(silo).Write("secret");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_directory, "note")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Records())));
    }

    [Theory]
    [InlineData("csi-0123456789abcdef")]
    [InlineData("../../../etc/passwd")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a~b")]
    [InlineData("with/slash and blank and ümlaut and \0 and \n")]
    [InlineData("https://vault.example:8200/v1?x=1%2F")]
    public async Task Key_OfAnyCharacters_HasAFileInTheDirectoryAndComesBack(string key)
    {
        await using var silo = await Start();
        await Grain(silo, key).Write(key);
        await silo.Crash();

        Assert.Equal(key, await Grain(silo, key).Read());
        Assert.Equal(Path.Combine(_directory, "note"), Path.GetDirectoryName(Assert.Single(Records())));
    }

    [Fact]
    public async Task Keys_LongAndAlike_HaveFilesOfTheirOwn()
    {
        await using var silo = await Start();
        var keys = new[] { new string('k', 1000) + "1", new string('k', 1000) + "2", new string('k', 150) };
        foreach (var key in keys)
            await Grain(silo, key).Write(key[^1..]);
        await silo.Crash();

        foreach (var key in keys)
            Assert.Equal(key[^1..], await Grain(silo, key).Read());
        Assert.Equal(3, Records().Length);
    }

    [Theory]
    [InlineData("cut off", "bytes")]
    [InlineData("empty", "its first line is cut off")]
    [InlineData("changed", "hash")]
    [InlineData("another format", "format 2")]
    [InlineData("no record", "does not describe a record")]
    [InlineData("of another grain", "is the record \"note\" of note/two")]
    [InlineData("of another type", "it is not a Note")]
    public async Task File_Spoilt_IsSetAsideReportedAndCountsAsMissing(string how, string reason)
    {
        await using var silo = await Start();
        await Grain(silo).Write("kept");
        await Grain(silo, "two").Write("other");
        var path = Records().Single(record => record.EndsWith("one~note", StringComparison.Ordinal));
        var bytes = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, how switch
        {
            "cut off" => bytes[..^3],
            "empty" => [],
            "changed" => [.. bytes[..^3], .. "x\"}"u8],
            "another format" => [.. "{\"format\":2}\n"u8, .. bytes],
            "no record" => [.. "{\"kind\":\"list\"}\n[]"u8],
            "of another grain" => await File.ReadAllBytesAsync(path.Replace("one", "two", StringComparison.Ordinal)),
            _ => WithPayload("[1, 2]"u8.ToArray()),
        });
        await silo.Crash();

        Assert.Equal("", await Grain(silo).Read());
        Assert.False(await Grain(silo).Exists());

        var aside = Path.Combine(Path.GetDirectoryName(path)!, ".bad-" + Path.GetFileName(path));
        Assert.True(File.Exists(aside));
        Assert.Contains(reason, Assert.Single(Faults(silo)), StringComparison.Ordinal);
        await Grain(silo).Write("again");
        Assert.Equal("other", await Grain(silo, "two").Read());
    }

    [Fact]
    public async Task File_SpoiltTwice_KeepsBoth()
    {
        await using var silo = await Start();
        for (var time = 1; time <= 2; time++)
        {
            await Grain(silo).Write("kept");
            await File.WriteAllTextAsync(Assert.Single(Records()), $"spoilt {time}");
            await silo.Crash();
            await Grain(silo).Read();
        }

        var aside = Directory.GetFiles(_directory, ".bad-*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["spoilt 2", "spoilt 1"], aside.Select(File.ReadAllText));
    }

    [Fact]
    public async Task NewFile_LeftByACrash_IsRemovedAndTheOldRecordIsThere()
    {
        await using var silo = await Start();
        await Grain(silo).Write("whole");
        var record = Assert.Single(Records());
        var left = Path.Combine(Path.GetDirectoryName(record)!, ".new-" + Path.GetFileName(record));
        await File.WriteAllTextAsync(left, "half");
        await silo.Crash();

        Assert.Equal("whole", await Grain(silo).Read());
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task Record_LostWhileTheGrainLives_IsWrittenAgain()
    {
        await using var silo = await Start();
        await Grain(silo).Write("first");
        File.Delete(Assert.Single(Records()));

        await Grain(silo).Write("second");
        await silo.Crash();

        Assert.Equal("second", await Grain(silo).Read());
    }

    [Fact]
    public async Task Record_WrittenByAnother_RefusesTheWriteAndTheGrainReadsAfresh()
    {
        await using var silo = await Start();
        await Grain(silo).Write("mine");
        await using (var other = await Start())
        {
            await Grain(other).Read();
            await Grain(other).Write("theirs");
        }

        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain(silo).Write("mine again").Soon());

        Assert.Equal("theirs", await Grain(silo).Read());
        await Grain(silo).Write("mine at last");
    }

    [Fact]
    public async Task Clear_RemovesTheFileAndAnOldCopyOfItIsNotTakenForTheNew()
    {
        await using var silo = await Start();
        await Grain(silo).Write("first");
        var path = Assert.Single(Records());
        var old = await File.ReadAllBytesAsync(path);
        await Grain(silo).Clear();
        Assert.Empty(Records());
        Assert.False(await Grain(silo).Exists());

        await Grain(silo).Write("second");
        await File.WriteAllBytesAsync(path, old);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain(silo).Write("third").Soon());
    }

    [Fact]
    public async Task Silo_Killed_WritesNothingMore()
    {
        await using var silo = await Start();
        await Grain(silo).Write("first");
        var state = silo.Cluster.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>("files");
        await silo.Cluster.KillSiloAsync(silo.Cluster.Silos[0]);

        await Assert.ThrowsAnyAsync<Exception>(() => state.WriteStateAsync("note", GrainId.Create("note", "one"), new Stale()).Soon());

        await silo.Cluster.StartAdditionalSiloAsync();
        Assert.Equal("first", await Grain(silo).Read());
    }

    [Fact]
    public async Task Directory_NotGiven_SaysSo()
    {
        await using var silo = await TestSilo.Start(silo => silo.AddFileGrainStorage("files", _ => { }));

        var failure = await Assert.ThrowsAsync<OrleansConfigurationException>(() => Grain(silo).Read().Soon());
        Assert.Contains("No directory was given for the file storage \"files\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_WithoutContract_SaysWhatIsMissing()
    {
        await using var silo = await TestSilo.Start(silo => silo.AddFileGrainStorage("files", options =>
        {
            options.Directory = _directory;
            options.SerializerOptions = new JsonSerializerOptions { TypeInfoResolver = JsonTypeInfoResolver.Combine() };
        }));

        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => Grain(silo).Write("x").Soon());
        Assert.Contains("[JsonSerializable(typeof(Note))]", failure.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Faults(TestSilo silo) => silo.Log.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal));

    private static INoteGrain Grain(TestSilo silo, string key = "one") => silo.Grains.GetGrain<INoteGrain>(key);

    private static byte[] WithPayload(byte[] payload)
    {
        using var bytes = new MemoryStream();
        GrainEngine.RecordFormat.Write(bytes, new GrainEngine.Record(GrainId.Create("note", "one"), "note", "1", payload));
        return bytes.ToArray();
    }

    private Task<TestSilo> Start() => TestSilo.Start(silo => silo.AddFileGrainStorage("files", options => options.Directory = _directory));

    private string[] Records() => [.. Directory.GetFiles(_directory, "*", SearchOption.AllDirectories)
        .Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal)];

    private sealed class Stale : IGrainState<Note>
    {
        public Note? State { get; set; } = new() { Text = "too late" };

        public string? ETag { get; set; } = "1";

        public bool RecordExists { get; set; } = true;
    }
}

/// <summary>Where the directory is on a disk, as far as the machine has one.</summary>
public sealed class FileStorageOnDiskTests() : FileStorageTests(Path.GetTempPath());

/// <summary>Where the directory is in memory.</summary>
public sealed class FileStorageInMemoryTests() : FileStorageTests("/dev/shm");
