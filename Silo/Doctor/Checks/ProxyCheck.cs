using System.Net;

namespace ActorCsi.Silo.Doctor.Checks;

/// <summary>A proxy in the environment is used by built-in providers for every store that NO_PROXY does not name: tokens and secrets would pass through it.</summary>
internal sealed class ProxyCheck() : FileCheck("proxy")
{
    protected override IEnumerable<Finding> Run(Surroundings node)
    {
        var proxy = Any(node, "HTTPS_PROXY") ?? Any(node, "ALL_PROXY");
        if (proxy is null)
            yield break;
        var past = (Any(node, "NO_PROXY") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (past.Length == 0)
            yield return Finding.Warning("HTTPS_PROXY is set and NO_PROXY is not", "stores inside the cluster that are asked directly", "set NO_PROXY to .svc,.cluster.local and the addresses of the cluster, or take HTTPS_PROXY away");
        else if (node.Variable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } host && !past.Any(entry => Covers(entry, host)))
            yield return Finding.Note($"HTTPS_PROXY is set and NO_PROXY does not name the API server ({host})", "the cluster's own addresses in NO_PROXY",
                $"add {host} to NO_PROXY; the driver goes to the API server directly all the same, other programs of the container do not");
    }

    private static string? Any(Surroundings node, string name)
        => node.Variable(name) is { Length: > 0 } upper ? upper : node.Variable(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower : null;

    private static bool Covers(string entry, string host)
        => entry == "*" || host.Equals(entry.TrimStart('.'), StringComparison.OrdinalIgnoreCase)
            || (entry.StartsWith('.') && host.EndsWith(entry, StringComparison.OrdinalIgnoreCase))
            || (IPNetwork.TryParse(entry, out var network) && IPAddress.TryParse(host, out var address) && network.Contains(address));
}
