using System.Collections.Concurrent;
using System.Collections.Immutable;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Cluster;

/// <summary>A secret store that gives each class the files that the test put there.</summary>
internal sealed class TestStore : ISecretProvider
{
    private readonly ConcurrentDictionary<string, (string Version, ImmutableArray<(string Path, string Content)> Files)> _secrets = [];

    public string Name => "store";

    /// <summary>Why it gives nothing to the namespace default; null while it does.</summary>
    public VolumeException? Failure { get; set; }

    public void Put(string className, string version, params (string Path, string Content)[] files) => _secrets[className] = (version, [.. files]);

    public TokenDemand Demand(SecretProviderClass secretClass) => TokenDemand.None;

    public string? SharingKey(FetchRequest request) => null;

    public Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        if (Failure is { } failure && request.Class.Namespace == "default")
            throw failure;
        var (version, files) = _secrets[request.Class.Name];
        return Task.FromResult(new SecretBundle
        {
            Files = [.. files.Select(file => new SecretFile(file.Path, SecretFile.DefaultMode, Secret.FromText(file.Content)))],
            Objects = [.. files.Select(file => new ObjectVersion(file.Path, version))],
        });
    }
}
