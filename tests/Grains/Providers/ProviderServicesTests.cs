using System.Collections.Immutable;
using ActorCsi.Fakes;
using ActorCsi.Grains;
using ActorCsi.Grains.Providers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorCsi.Tests.Providers;

/// <summary>A host that adds the providers has them; one with options that make no sense is told all of what is wrong.</summary>
public sealed class ProviderServicesTests
{
    [Fact]
    public async Task AddProviders_GoodOptions_GivesTheBuiltInOnes()
    {
        using var state = new TemporaryDirectory();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseLocalhostClustering().UseInMemoryReminderService());
        builder.Services.AddVolumes().AddProviders(new ProviderOptions { StateDirectory = state.Path });
        using var host = builder.Build();
        var catalog = host.Services.GetRequiredService<IProviderCatalog>();

        foreach (var name in (string[])["token", "pki", "vault", "openbao", "aws", "azure"])
            Assert.Equal(name, catalog.Find(name).Name);
        var bundle = await catalog.Find("pki").Fetch(Requests.For(Requests.Class("pki")), CancellationToken.None);
        Assert.Equal(3, bundle.Files.Length);
        Assert.True(File.Exists(state["pki/ca.pem"]));
    }

    [Fact]
    public void AddProviders_BadOptions_TellsEveryFault()
    {
        var fault = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddProviders(new ProviderOptions
        {
            StateDirectory = "",
            SocketDirectories = ["/run/plugins", "plugins"],
            MaxReceiveMessageSize = 0,
            PluginAudiences = new Dictionary<string, ImmutableArray<string>> { ["a/b"] = [] },
            PkiCertificate = "/ca.crt",
        }));

        foreach (var expected in (string[])["'plugins' is no absolute path", "plugin 'a/b'", "message limit is 0 bytes", "state directory is not set", "only one is set"])
            Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }
}
