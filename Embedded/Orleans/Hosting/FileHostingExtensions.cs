using System.Text.Json;
using ActorCsi.GrainEngine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;

namespace Orleans.Hosting;

/// <summary>Where states are kept in files, and as what.</summary>
public sealed class FileGrainStorageOptions
{
    /// <summary>The directory; made if it is missing, and closed to everybody but its owner.</summary>
    public string Directory { get; set; } = "";

    /// <summary>The JSON contracts of the states; null for those of <see cref="GrainEngineOptions.StateJson"/>.</summary>
    public JsonSerializerOptions? SerializerOptions { get; set; }
}

/// <summary>Where reminders are kept in files.</summary>
public sealed class FileReminderOptions
{
    /// <summary>The directory; made if it is missing, and closed to everybody but its owner.</summary>
    public string Directory { get; set; } = "";
}

/// <summary>
/// States and reminders in files, for a silo that is alone on its machine. Not part of Orleans.
/// <list type="number">
/// <item>A record is one file, replaced as a whole: whatever happens, the old record or the new one is there.</item>
/// <item>A write that has completed survives the end of the process; where the directory is not memory-backed, also the end of the machine.</item>
/// <item>Files are readable by their owner alone.</item>
/// <item>A file that is torn, or not what its name says, is set aside under a name that begins <c>.bad-</c> and reported; it counts as missing.</item>
/// </list>
/// </summary>
public static class FileHostingExtensions
{
    /// <summary>Keeps states in files that name no storage.</summary>
    public static ISiloBuilder AddFileGrainStorageAsDefault(this ISiloBuilder builder, Action<FileGrainStorageOptions> configureOptions) =>
        builder.AddFileGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Keeps states in files that name the storage <paramref name="name"/>.</summary>
    public static ISiloBuilder AddFileGrainStorage(this ISiloBuilder builder, string name, Action<FileGrainStorageOptions> configureOptions)
    {
        builder.Services.Configure(name, configureOptions);
        builder.Services.AddGrainStorage(name, static (services, name) =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<FileGrainStorageOptions>>().Get(name);
            var json = options.SerializerOptions is { } contracts ? new StateJson(contracts) : services.GetRequiredService<StateJson>();
            return new FileGrainStorage(Records(services, options.Directory, $"the file storage \"{name}\""), json);
        });
        return builder;
    }

    /// <summary>Keeps reminders in files.</summary>
    public static ISiloBuilder UseFileReminderService(this ISiloBuilder builder, Action<FileReminderOptions> configureOptions)
    {
        builder.Services.Configure(configureOptions);
        builder.Services.TryAddSingleton<IReminderTable>(static services => new FileReminderTable(
            Records(services, services.GetRequiredService<IOptions<FileReminderOptions>>().Value.Directory, "the file reminders")));
        return builder;
    }

    private static RecordDirectory Records(IServiceProvider services, string directory, string user) => directory.Length > 0
        ? new RecordDirectory(directory, services.GetRequiredService<Silo>())
        : throw new OrleansConfigurationException($"No directory was given for {user}.");
}
