using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Classes;

/// <summary>Where classes come from, for the host.</summary>
public static class ClassServices
{
    /// <summary>Adds the classes of <paramref name="directory"/>; none at all when it is null.</summary>
    public static IServiceCollection AddDirectoryClasses(this IServiceCollection services, string? directory)
    {
        if (directory is null)
            return services.AddSingleton<IClassSource, NoClasses>();
        services.AddSingleton(provider => new DirectoryClassSource(
            directory, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DirectoryClassSource>>()));
        services.AddSingleton<IClassSource>(provider => provider.GetRequiredService<DirectoryClassSource>());
        services.AddHostedService(provider => provider.GetRequiredService<DirectoryClassSource>());
        return services;
    }

    private sealed class NoClasses : IClassSource
    {
        public event Action<ClassName>? Changed
        {
            add { }
            remove { }
        }

        public ValueTask<SecretProviderClass?> Find(string @namespace, string name, CancellationToken cancellationToken) => new((SecretProviderClass?)null);

        public SecretProviderClass? Peek(string @namespace, string name) => null;
    }
}
