using ActorCsi.Fakes;
using ActorCsi.Grains.Classes;
using ActorCsi.Testing;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Tests.Classes;

/// <summary>What stands in the directory is in force soon after; what is wrong with it is told once and harms nothing that was good.</summary>
public sealed class DirectoryClassSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly VirtualTime _time = new();
    private readonly LogLines _log = new();
    private readonly DirectoryClassSource _source;

    public DirectoryClassSourceTests()
    {
        _source = new DirectoryClassSource(_directory.Path, _time, _log.For<DirectoryClassSource>());
        _source.StartAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        _source.Dispose();
        _directory.Dispose();
    }

    private static string Class(string name, string provider = "vault") => $$"""
        apiVersion: secrets-store.csi.x-k8s.io/v1
        kind: SecretProviderClass
        metadata: {name: {{name}}}
        spec:
          provider: {{provider}}
          parameters: {a: "1"}
          secretObjects: [{secretName: s, data: [{objectName: o, key: k}]}]
        """;

    private SecretProviderClass? Find(string name) => _source.Peek("default", name);

    private void LookAgain() => _time.Advance(TimeSpan.FromSeconds(2));

    [Fact]
    public void Find_BeforeTheHostHasStarted_ReadsTheDirectory()
    {
        _directory.Write("a.yaml", Class("a"));
        using var source = new DirectoryClassSource(_directory.Path, _time, _log.For<DirectoryClassSource>());

        Assert.Equal("vault", source.Peek("default", "a")?.Provider);
    }

    [Fact]
    public void Find_OtherNamespaceOrName_IsNull()
    {
        _directory.Write("a.yaml", Class("a"));
        LookAgain();

        Assert.NotNull(Find("a"));
        Assert.Null(_source.Peek("other", "a"));
        Assert.Null(Find("b"));
    }

    [Fact]
    public void Look_FilesOfAllEndings_AreRead_OthersAndHiddenOnesNot()
    {
        foreach (var (file, name) in new[] { ("a.yaml", "a"), ("b.yml", "b"), ("c.json", "c"), ("d.txt", "d"), (".e.yaml", "e"), ("f.yaml~", "f") })
            _directory.Write(file, Class(name));
        _directory.Make("g.yaml");
        LookAgain();

        Assert.Equal(["a", "b", "c"], "abcdefg".Select(letter => letter.ToString()).Where(name => Find(name) is not null));
    }

    [Fact]
    public void Look_FileChangesAppearsAndGoes_IsFollowed()
    {
        _directory.Write("a.yaml", Class("a"));
        LookAgain();
        _directory.Write("a.yaml", Class("a", "pki"));
        _directory.Write("b.yaml", Class("b"));
        Assert.Equal("vault", Find("a")?.Provider);

        LookAgain();
        Assert.Equal("pki", Find("a")?.Provider);
        Assert.NotNull(Find("b"));

        File.Delete(_directory["a.yaml"]);
        LookAgain();
        Assert.Null(Find("a"));
        Assert.NotNull(Find("b"));
    }

    [Fact]
    public void Look_ClassUnchangedInAFileRewritten_StaysTheSameInstance()
    {
        _directory.Write("a.yaml", Class("a") + "\n---\n" + Class("b"));
        LookAgain();
        var (a, b) = (Find("a"), Find("b"));

        _directory.Write("a.yaml", Class("a") + "\n---\n" + Class("b", "pki"));
        LookAgain();

        Assert.Same(a, Find("a"));
        Assert.NotSame(b, Find("b"));
    }

    [Fact]
    public void Look_NothingChanged_ReadsAndTellsNothing()
    {
        _directory.Write("a.yaml", Class("a"));
        _directory.Write("bad.yaml", "kind: [");
        LookAgain();
        _log.Clear();
        var a = Find("a");

        for (var i = 0; i < 10; i++)
            LookAgain();

        Assert.Empty(_log.All);
        Assert.Same(a, Find("a"));
    }

    [Fact]
    public void Look_FileGoesBad_IsReportedAndItsLastGoodVersionStays()
    {
        var path = _directory.Write("a.yaml", Class("a"));
        _directory.Write("b.yaml", Class("b"));
        LookAgain();
        var good = Find("a");

        _directory.Write("a.yaml", Class("a").Replace("\"1\"", "1", StringComparison.Ordinal) + "\n---\n" + Class("new"));
        LookAgain();

        Assert.Same(good, Find("a"));
        Assert.Null(Find("new"));
        Assert.NotNull(Find("b"));
        Assert.Contains(_log.At(LogLevel.Error), line => line == $"class file {path}: line 6: spec.parameters.a is a number, expected a text: put it in quotes");

        _directory.Write("a.yaml", Class("a", "pki"));
        LookAgain();
        Assert.Equal("pki", Find("a")?.Provider);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0xD8 })]
    public void Look_FileEmptyOrNotUtf8_KeepsItsLastGoodVersion(byte[] content)
    {
        var path = _directory.Write("a.yaml", Class("a"));
        LookAgain();

        File.WriteAllBytes(path, content);
        LookAgain();

        Assert.NotNull(Find("a"));
        Assert.Contains(_log.At(LogLevel.Error), line => line.Contains(path, StringComparison.Ordinal));
    }

    [Fact]
    public void Look_ClassInTwoFiles_IsReportedAndTheFirstFileHasIt()
    {
        _directory.Write("b.yaml", Class("a", "second"));
        _directory.Write("a.yaml", Class("a", "first"));
        LookAgain();
        LookAgain();

        Assert.Equal("first", Find("a")?.Provider);
        Assert.Single(_log.At(LogLevel.Error), line => line.Contains("b.yaml: line 1: class default/a is in", StringComparison.Ordinal));

        File.Delete(_directory["a.yaml"]);
        LookAgain();
        Assert.Equal("second", Find("a")?.Provider);
    }

    [Fact]
    public void Look_MountedConfigMapIsSwapped_FollowsTheLink()
    {
        void Swap(string generation, string provider)
        {
            _directory.Make(generation);
            _directory.Write($"{generation}/a.yaml", Class("a", provider));
            File.Delete(_directory["..data"]);
            File.CreateSymbolicLink(_directory["..data"], generation);
        }
        Swap("..1", "first");
        File.CreateSymbolicLink(_directory["a.yaml"], "..data/a.yaml");
        LookAgain();
        Assert.Equal("first", Find("a")?.Provider);

        Swap("..2", "later");
        Directory.Delete(_directory["..1"], recursive: true);
        LookAgain();

        Assert.Equal("later", Find("a")?.Provider);
        Assert.Empty(_log.At(LogLevel.Error));
    }

    [Fact]
    public void Look_DirectoryGoesAndComesBack_KeepsTheClassesAndSaysSoOnce()
    {
        var inner = _directory.Make("inner");
        _directory.Write("inner/a.yaml", Class("a"));
        using var source = new DirectoryClassSource(inner, _time, _log.For<DirectoryClassSource>());
        Assert.NotNull(source.Peek("default", "a"));
        source.StartAsync(CancellationToken.None);

        Directory.Move(inner, _directory["away"]);
        LookAgain();
        LookAgain();
        Assert.NotNull(source.Peek("default", "a"));
        Assert.Single(_log.At(LogLevel.Error));

        Directory.Move(_directory["away"], inner);
        _directory.Write("inner/b.yaml", Class("b"));
        LookAgain();
        Assert.NotNull(source.Peek("default", "b"));
    }

    [Fact]
    public void Find_DirectoryThatNeverWas_HasNoClasses()
    {
        using var source = new DirectoryClassSource(_directory["nowhere"], _time, _log.For<DirectoryClassSource>());

        Assert.Null(source.Peek("default", "a"));
        Assert.Contains(_log.At(LogLevel.Error), line => line.Contains("nowhere", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Find_WhileFilesAreSwapped_NeverMissesAClass()
    {
        _directory.Write("a.yaml", Class("a"));
        LookAgain();
        var missed = 0;
        using var done = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
                missed += Find("a") is null ? 1 : 0;
        });
        for (var i = 0; i < 200; i++)
        {
            _directory.Write("a.yaml", Class("a", $"p{i}"));
            LookAgain();
        }
        await done.CancelAsync();
        await reader;

        Assert.Equal(0, missed);
        Assert.Equal("p199", Find("a")?.Provider);
    }
}
