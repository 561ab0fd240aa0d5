using System.Globalization;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;

namespace ActorCsi.Tests.Simulation;

/// <summary>A secret store with one version counter: every file of a bundle names the version it is of, so that a mixed bundle shows.</summary>
internal sealed class SimulatedStore
{
    public const string Canary = "canary-secret";

    public int Version { get; set; } = 1;

    public static string Content(string file, int version, string pod) => string.Create(CultureInfo.InvariantCulture, $"{Canary} {file} {version} {pod}");

    public static int VersionOf(string content) => int.Parse(content.Split(' ')[2], CultureInfo.InvariantCulture);
}

/// <summary>The provider in front of the store, as one life of the driver sees it.</summary>
internal sealed class SimulatedProvider(SimulatedStore store, Faults faults, TimeProvider time, Random random, Life life) : ISecretProvider
{
    public const string ProviderName = "simulated";
    public const string Audience = "simulated";

    private static readonly VolumeError[] Errors =
    [
        VolumeError.ProviderUnavailable, VolumeError.ProviderThrottles, VolumeError.ProviderDenies, VolumeError.ProviderFailed,
        VolumeError.NotFound, VolumeError.TokenRefused, VolumeError.Invalid,
    ];

    public string Name => ProviderName;

    public TokenDemand Demand(SecretProviderClass secretClass) => TokenDemand.For(Audience);

    public string? SharingKey(FetchRequest request) => null;

    public async Task<SecretBundle> Fetch(FetchRequest request, CancellationToken cancellationToken)
    {
        life.Check();
        if (faults.Strikes(Fault.ProviderHangs))
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        if (faults.Strikes(Fault.ProviderIsSlow))
            await Task.Delay(TimeSpan.FromSeconds(random.Next(1, 60)), time, cancellationToken);
        if (faults.Strikes(Fault.ProviderFails))
            throw new VolumeException(Errors[random.Next(Errors.Length)], "simulated: the provider fails");
        if (faults.Strikes(Fault.ProviderRotates))
            store.Version++;

        var version = store.Version;
        return new SecretBundle
        {
            Files = [.. new[] { "a", "b", "c/d" }.Select(file => new SecretFile(file, SecretFile.DefaultMode,
                Secret.FromText(SimulatedStore.Content(file, version, request.Volume.Pod.Name))))],
            Objects = [new ObjectVersion("object", version.ToString(CultureInfo.InvariantCulture))],
        };
    }
}

/// <summary>One class, which may change.</summary>
internal sealed class SimulatedClasses : IClassSource
{
    public const string Namespace = "default";
    public const string ClassName = "class";

    private SecretProviderClass _class = Make("1");

    /// <summary>The news of a change is always lost here: volumes have to look for themselves.</summary>
    public event Action<ClassName>? Changed
    {
        add { }
        remove { }
    }

    public void Change(string parameter) => _class = Make(parameter);

    public ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken) => new(Peek(@namespace, name));

    public SecretProviderClass? Peek(string @namespace, string name) => name == ClassName ? _class : null;

    private static SecretProviderClass Make(string parameter)
        => new(Namespace, ClassName, SimulatedProvider.ProviderName, new StringMap([new("parameter", parameter)]), []);
}
