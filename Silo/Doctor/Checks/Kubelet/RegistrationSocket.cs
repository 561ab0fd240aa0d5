using PluginRegistration.V1;

namespace ActorCsi.Silo.Doctor.Checks.Kubelet;

/// <summary>A socket in kubelet's plugins_registry.</summary>
/// <param name="Path">The socket.</param>
/// <param name="Info">What it registers; null when nobody answers.</param>
internal sealed record RegistrationSocket(string Path, PluginInfo? Info)
{
    /// <summary>All of them, asked as kubelet does.</summary>
    public static async Task<IReadOnlyList<RegistrationSocket>> ReadAll(Surroundings node, CancellationToken cancellationToken)
        => await Task.WhenAll(node.FilesIn(node.RegistrationDirectory, "*.sock").Select(async path => new RegistrationSocket(path,
            await node.Ask(path, (channel, options) => new Registration.RegistrationClient(channel).GetInfoAsync(new(), options), cancellationToken))));
}
