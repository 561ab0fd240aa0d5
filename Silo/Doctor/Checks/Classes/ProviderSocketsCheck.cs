using System.Runtime.CompilerServices;
using SecretsStore.V1Alpha1;
using File = System.IO.File;

namespace ActorCsi.Silo.Doctor.Checks.Classes;

/// <summary>The sockets of provider plugins, which are asked for their version as they would be before a fetch.</summary>
internal sealed class ProviderSocketsCheck : ICheck
{
    public string Name => "provider-sockets";

    public async IAsyncEnumerable<Finding> Run(Surroundings node, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var directory in node.Options.ProviderDirectories.Where(directory => Directory.Exists(node.At(directory))))
            if ((File.GetUnixFileMode(node.At(directory)) & UnixFileMode.OtherWrite) != 0)
                yield return Finding.Error($"everybody may write to {directory}", "root alone: whoever can put a socket there is given pods' tokens", $"chmod 0755 {directory}");

        var sockets = node.Options.ProviderDirectories.SelectMany(directory => node.FilesIn(directory, "*.sock")).ToArray();
        foreach (var twins in sockets.GroupBy(Path.GetFileName).Where(sockets => sockets.Count() > 1))
            yield return Finding.Warning($"the plugin '{Path.GetFileNameWithoutExtension(twins.Key)}' has {twins.Count()} sockets: {string.Join(", ", twins)}", "one: the first of these is asked",
                "remove the one that is left over, and the DaemonSet that makes it");
        foreach (var socket in sockets)
            if (await Ail(node, socket, cancellationToken) is { } finding)
                yield return finding;
    }

    private static async Task<Finding?> Ail(Surroundings node, string socket, CancellationToken cancellationToken)
    {
        var plugin = Path.GetFileNameWithoutExtension(socket);
        switch (await node.Probe(socket, cancellationToken))
        {
            case SocketState.Dead:
                return Finding.Error($"nobody listens at {socket}: the plugin '{plugin}' was stopped and left it", "a plugin that answers", $"start the plugin; if it is gone for good: rm {socket}");
            case SocketState.Denied:
                return Finding.Error($"the driver may not open {socket}", "a socket that root may open", "see the plugin's securityContext and the socket's mode");
            case SocketState.Missing:
                return null; // gone since it was listed
        }
        var version = await node.Ask(socket, (channel, options) =>
            new CSIDriverProvider.CSIDriverProviderClient(channel).VersionAsync(new VersionRequest { Version = "v1alpha1" }, options), cancellationToken);
        return version is not null ? null : Finding.Error($"the plugin '{plugin}' at {socket} does not answer within {node.Patience.TotalSeconds:0} s", "an answer to Version",
            "see the plugin's log, and start it anew; volumes of other providers are not held up");
    }
}
