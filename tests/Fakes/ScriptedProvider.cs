using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Fakes;

/// <summary>A provider that does what the test says: each fetch takes the next step of the script, the last one again and again.</summary>
public sealed class ScriptedProvider(string name) : ISecretProvider
{
    private readonly Queue<Func<FetchRequest, CancellationToken, Task<SecretBundle>>> _script = new();
    private Func<FetchRequest, CancellationToken, Task<SecretBundle>>? _step;

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>What it was asked for, in order.</summary>
    public List<FetchRequest> Fetches { get; } = [];

    /// <summary>Whether a catalog has it no more, as a plugin that was taken away.</summary>
    public bool IsGone { get; set; }

    /// <summary>Which sources of volumes it was told are gone.</summary>
    public List<string> Released { get; } = [];

    /// <summary>Called at each fetch, before anything else.</summary>
    public Action? Asked { get; set; }

    /// <summary>Which tokens it wants. Default: the one for audience <c>vault</c>.</summary>
    public TokenDemand Wants { get; set; } = TokenDemand.For("vault");

    /// <summary>The key under which fetches are shared; null when they are not.</summary>
    public Func<FetchRequest, string?> Shares { get; set; } = _ => null;

    /// <summary>The next fetch gives a bundle with one file, <c>content</c>.</summary>
    public ScriptedProvider Gives(string content, Func<SecretBundle, SecretBundle>? with = null)
        => Then((_, _) => Task.FromResult((with ?? (bundle => bundle))(Bundle(content))));

    /// <summary>The next fetch fails.</summary>
    public ScriptedProvider Fails(VolumeError error, string message = "scripted failure") => Then((_, _) => throw new VolumeException(error, message));

    /// <summary>The next fetch never answers; it ends when it is given up.</summary>
    public ScriptedProvider Hangs() => Then(async (_, cancellationToken) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        throw new InvalidOperationException();
    });

    /// <summary>The next fetch does what <paramref name="fetch"/> does.</summary>
    public ScriptedProvider Then(Func<FetchRequest, CancellationToken, Task<SecretBundle>> fetch)
    {
        _script.Enqueue(fetch);
        return this;
    }

    /// <inheritdoc/>
    public TokenDemand Demand(SecretProviderClass secretClass) => Wants;

    /// <inheritdoc/>
    public string? SharingKey(FetchRequest request) => Shares(request);

    /// <inheritdoc/>
    public Task Release(string volume, string source)
    {
        Released.Add($"{volume}/{source}");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        Asked?.Invoke();
        Fetches.Add(request);
        if (_script.TryDequeue(out var next))
            _step = next;
        return (_step ?? throw new InvalidOperationException("the script does not say what a fetch gives"))(request, cancellationToken);
    }

    private static SecretBundle Bundle(string content) => new()
    {
        Files = [new SecretFile("file", SecretFile.DefaultMode, Secret.FromText(content))],
        Objects = [new ObjectVersion("object", content)],
    };
}

/// <summary>A catalog of the providers that a test brings.</summary>
public sealed class FixedCatalog(params ISecretProvider[] providers) : IProviderCatalog
{
    /// <inheritdoc/>
    public ISecretProvider Find(string name)
        => providers.FirstOrDefault(provider => provider.Name == name && provider is not ScriptedProvider { IsGone: true }) ?? throw new VolumeException(VolumeError.NotFound, $"provider not found: provider \"{name}\"");

    /// <inheritdoc/>
    public async Task Release(string volume)
    {
        foreach (var provider in providers)
            await provider.Release(volume);
    }
}

/// <summary>The classes that a test brings; setting one changes it.</summary>
public sealed class FixedClasses : IClassSource
{
    private readonly Dictionary<(string, string), SecretProviderClass> _classes = [];
    private bool _hangs;

    /// <inheritdoc/>
    public event Action<ClassName>? Changed;

    /// <summary>Adds a class or takes the place of one. Nobody is told, as when the news is lost: a volume has to look for itself.</summary>
    public void Set(string name, string provider, params KeyValuePair<string, string>[] parameters)
        => Set(new SecretProviderClass("default", name, provider, new StringMap(parameters), []));

    /// <summary>Adds a class or takes the place of one.</summary>
    public void Set(SecretProviderClass secretClass) => _classes[(secretClass.Namespace, secretClass.Name)] = secretClass;

    /// <summary>Tells that a class has changed.</summary>
    public void Tell(string name) => Changed?.Invoke(new ClassName("default", name));

    /// <summary>Takes a class away.</summary>
    public void Remove(string name) => _classes.Remove(("default", name));

    /// <summary>From now on no class is found, and none is known to be missing.</summary>
    public void Hang() => _hangs = true;

    /// <inheritdoc/>
    public async ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken)
    {
        if (_hangs)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return Peek(@namespace, name);
    }

    /// <inheritdoc/>
    public SecretProviderClass? Peek(string @namespace, string name) => _classes.GetValueOrDefault((@namespace, name));
}
