using System.Text;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>The server that each of Google's machines has beside it: what cluster this is, and a token of the machine's own.</summary>
internal sealed class MetadataServer(ProviderHttp http, GcpSettings settings, TimeProvider time)
{
    /// <summary>The header that questions must have, so that no browser asks them, and that the true answers have too.</summary>
    private const string Flavor = "Metadata-Flavor";

    private volatile WorkloadPool? _cluster;

    /// <summary>The pool of the GKE cluster that this machine belongs to. It does not change, so it is asked for once.</summary>
    /// <exception cref="VolumeException">There is no such server, or the machine belongs to no cluster.</exception>
    public async Task<WorkloadPool> Cluster(CancellationToken cancellationToken)
    {
        if (_cluster is { } known)
            return known;
        var project = settings.Project ?? await Text("project/project-id", cancellationToken);
        var location = settings.ClusterLocation ?? await Text("instance/attributes/cluster-location", cancellationToken);
        var name = settings.ClusterName ?? await Text("instance/attributes/cluster-name", cancellationToken);
        return _cluster = WorkloadPool.Cluster(settings.ClusterEndpoint, project, location, name);
    }

    /// <summary>The machine's own token; on GKE, that of the driver's service account.</summary>
    /// <exception cref="VolumeException">There is none.</exception>
    public async Task<KeptLogin<Secret>> Token(CancellationToken cancellationToken)
    {
        using var answer = await Get("instance/service-accounts/default/token", cancellationToken);
        return GoogleTokens.Read(answer, "the metadata server's token", time);
    }

    private async Task<string> Text(string path, CancellationToken cancellationToken)
    {
        using var answer = await Get(path, cancellationToken);
        var text = Encoding.UTF8.GetString(answer.Body.Expose()).Trim();
        return text.Length is > 0 and <= 100 && !text.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter)) ? text
            : throw HttpFailures.Garbage($"asking the metadata server for {path}", "a name");
    }

    private async Task<HttpAnswer> Get(string path, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Get, $"computeMetadata/v1/{path}") { Purpose = "gcp metadata", Headers = [new(Flavor, "Google")] };
        var answer = await http.To(new HttpEndpoint(settings.MetadataServer) { IsOnThisNode = true }).Send(call, cancellationToken);
        if (answer.IsSuccess && answer.Headers.TryGetValues(Flavor, out var flavors) && flavors.Contains("Google"))
            return answer;
        using (answer)
            throw answer.IsSuccess ? HttpFailures.Garbage($"asking {settings.MetadataServer} for {path}", "Google's metadata server")
                : HttpFailures.Of($"asking the metadata server for {path}", answer, null, []);
    }
}
