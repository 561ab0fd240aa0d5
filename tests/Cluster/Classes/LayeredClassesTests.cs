using ActorCsi.Fakes;
using ActorCsi.Grains.Classes;

namespace ActorCsi.Tests.Cluster.Classes;

/// <summary>A class in a directory of the node takes the place of the cluster's class of that name.</summary>
public sealed class LayeredClassesTests
{
    private readonly FixedClasses _directory = new();
    private readonly DoubtfulClasses _cluster = new();
    private readonly LayeredClasses _both;

    public LayeredClassesTests() => _both = new LayeredClasses(_directory, _cluster);

    private async Task<string?> Provider(string name) => (await _both.Find("default", name, CancellationToken.None))?.Provider;

    [Fact]
    public async Task Find_InBoth_TheFirstCounts()
    {
        _directory.Set("a", "of the directory");
        _cluster.Set("a", "of the cluster");
        _cluster.Set("b", "of the cluster");

        Assert.Equal("of the directory", await Provider("a"));
        Assert.Equal("of the directory", _both.Peek("default", "a")!.Provider);
        Assert.Equal("of the cluster", await Provider("b"));
        Assert.Equal("of the cluster", _both.Peek("default", "b")!.Provider);
        Assert.Null(await Provider("c"));
    }

    [Fact]
    public async Task Find_TakenAwayFromTheFirst_TheSecondCounts()
    {
        _directory.Set("a", "of the directory");
        _cluster.Set("a", "of the cluster");
        _directory.Remove("a");

        Assert.Equal("of the cluster", await Provider("a"));
    }

    [Fact]
    public void Doubt_IsOfTheOneThatCounts()
    {
        _directory.Set("a", "of the directory");

        Assert.Null(_both.Doubt("default", "a"));
        Assert.Equal("away", _both.Doubt("default", "b"));
    }

    [Fact]
    public void Changed_InEither_IsRaised()
    {
        var told = new List<ClassName>();
        _both.Changed += told.Add;

        _directory.Tell("a");
        _cluster.Tell("b");
        _both.Changed -= told.Add;
        _cluster.Tell("c");

        Assert.Equal([new ClassName("default", "a"), new ClassName("default", "b")], told);
    }

    /// <summary>Classes of an API server that is out of reach.</summary>
    private sealed class DoubtfulClasses : IClassSource
    {
        private readonly FixedClasses _known = new();

        public event Action<ClassName>? Changed
        {
            add => _known.Changed += value;
            remove => _known.Changed -= value;
        }

        public void Set(string name, string provider) => _known.Set(name, provider);

        public void Tell(string name) => _known.Tell(name);

        public ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken) => _known.Find(@namespace, name, cancellationToken);

        public SecretProviderClass? Peek(string @namespace, string name) => _known.Peek(@namespace, name);

        public string? Doubt(string @namespace, string name) => "away";
    }
}
