using System.Collections.Immutable;
using ActorCsi.Fakes;
using ActorCsi.Grains.Providers;
using ActorCsi.Grains.Providers.Sources;
using ActorCsi.Grains.Tmpfs;
using ActorCsi.Tests.Volumes;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Tests.Sources;

/// <summary>A volume whose class lists the scripted providers <c>vault</c> and <c>aws</c>, each with a token and a directory of its own.</summary>
public abstract class SourcesTest : VolumeTest
{
    protected SourcesTest()
    {
        Kubelet.Tokens = PodTokenJson.For(Kubelet.Pod, Time.GetUtcNow(), TimeSpan.FromHours(1), "vault", "sts", "other");
        SetSources("""
            - {provider: vault, directory: v}
            - {provider: aws, directory: a}
            """);
    }

    protected ScriptedProvider Vault { get; } = new("vault") { Wants = TokenDemand.For("vault") };

    protected ScriptedProvider Aws { get; } = new("aws") { Wants = TokenDemand.For("sts") };

    /// <summary>What readers see, path and content.</summary>
    protected string Files => string.Join(' ', Kernel.Mounts.GetValueOrDefault(Target)?.Files.Select(file => $"{file.Key}={file.Value}") ?? ["(nothing)"]);

    protected void SetSources(string sources, params (string Name, string Value)[] others)
        => Classes.Set(ClassName, "sources", [new("sources", sources), .. others.Select(other => KeyValuePair.Create(other.Name, other.Value))]);

    protected override IEnumerable<ISecretProvider> OtherProviders(IServiceProvider host) =>
    [
        Vault,
        Aws,
        ActivatorUtilities.CreateInstance<SourcesProvider>(
            host, new Lazy<IProviderCatalog>(host.GetRequiredService<IProviderCatalog>), new Lazy<ITmpfs>(host.GetRequiredService<ITmpfs>)),
    ];

    /// <summary>How often each was asked.</summary>
    protected (int Vault, int Aws) Asked => (Vault.Fetches.Count, Aws.Fetches.Count);

    protected ImmutableArray<SourceReport> Reported
    {
        get
        {
            VolumeReport? report = null;
            Finish(async () => report = await Volume.InspectInFull());
            return report!.Sources;
        }
    }
}
