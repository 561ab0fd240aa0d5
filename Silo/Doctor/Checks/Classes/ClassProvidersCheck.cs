using System.Runtime.CompilerServices;
using ActorCsi.Grains.Classes;
using ActorCsi.Grains.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace ActorCsi.Silo.Doctor.Checks.Classes;

/// <summary>Each class names a provider that is there, and says to it what it understands.</summary>
internal sealed class ClassProvidersCheck : ICheck
{
    public string Name => "class-providers";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var classes = await KnownClasses.ReadAll(node, cancellationToken);
        using var host = KnownClasses.Providers(node);
        var providers = host.Services.GetRequiredService<IProviderCatalog>();
        var missing = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var secretClass in classes)
        {
            Finding? finding = null;
            try
            {
                DriverParameters.Check(secretClass);
                providers.Find(secretClass.Provider).Demand(secretClass);
            }
            catch (VolumeException failure) when (failure.Error is VolumeError.ProviderUnavailable)
            {
                if (!missing.TryGetValue(failure.Message, out var names))
                    missing[failure.Message] = names = [];
                names.Add($"{secretClass.Namespace}/{secretClass.Name}");
            }
            catch (VolumeException failure)
            {
                finding = Finding.Error($"class {secretClass.Namespace}/{secretClass.Name}: {failure.Message}", "parameters that its provider understands", "mend the class; docs/PROVIDERS.md has them");
            }
            if (finding is not null)
                yield return finding;
        }
        foreach (var (why, names) in missing)
            yield return Finding.Warning($"{names.Count} classes, such as {names[0]}, have no provider on this node: {why}", "a plugin's socket, or the name of a built-in provider",
                "run the plugin's DaemonSet on this node too, mount its socket directory into the driver, or mend spec.provider; of no account where no pod of this node uses the class");
    }
}
