using System.Collections.Immutable;
using System.Numerics;
using ActorCsi.Grains.Providers.Http;

namespace ActorCsi.Grains.Providers.Gcp;

/// <summary>Reads versions of secrets and parameters, each from the host that has it.</summary>
internal sealed class GoogleSecrets(ProviderHttp http, DriverCredentials driver)
{
    /// <summary>All of them, side by side, in their order. The caller owns the contents and erases them.</summary>
    /// <param name="resources">What to read.</param>
    /// <param name="login">The access token.</param>
    /// <param name="who">Whose it is, as IAM calls them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="VolumeException">Not all can be read; tells each that cannot.</exception>
    public async Task<ImmutableArray<GcpReply>> Read(ImmutableArray<GcpResource> resources, Secret login, string who, CancellationToken cancellationToken)
    {
        var reads = resources.Select(resource => Read(resource, login, who, cancellationToken)).ToArray();
        try
        {
            return [.. await Task.WhenAll(reads)];
        }
        catch
        {
            foreach (var read in reads.Where(read => read.IsCompletedSuccessfully))
                read.Result.Content.Erase();
            cancellationToken.ThrowIfCancellationRequested();
            if (reads.Select(read => read.Exception?.InnerException).OfType<VolumeException>().ToArray() is { Length: > 0 } failures)
                throw GcpFailures.Together(failures);
            throw;
        }
    }

    private async Task<GcpReply> Read(GcpResource resource, Secret login, string who, CancellationToken cancellationToken)
    {
        var endpoint = new HttpEndpoint(new Uri($"https://{resource.Host(driver.Universe)}/"));
        var call = new HttpCall(HttpMethod.Get, resource.Path) { Purpose = resource.IsParameter ? "gcp render" : "gcp access", Headers = [GcpAnswers.Bearer(login)] };
        using var answer = await http.To(endpoint).Send(call, cancellationToken);
        if (!answer.IsSuccess)
            throw GcpFailures.Read(resource, who, answer, login);
        return resource.IsParameter ? Rendered(resource, answer) : Accessed(resource, answer);
    }

    private static GcpReply Accessed(GcpResource resource, HttpAnswer answer)
    {
        var read = GcpAnswers.Read(answer, GcpJson.Default.SecretVersionAnswer, $"reading {resource.Name}", "a secret's version");
        if (read is not { Name.Length: > 0, Payload: { } payload })
            throw HttpFailures.Garbage($"reading {resource.Name}", "a secret's version with its name and payload");
        var content = new Secret(payload.Data ?? []);
        if (payload.Crc32C is null || payload.Crc32C == Crc32C(content.Expose()))
            return new GcpReply(read.Name, content);
        content.Erase();
        throw new VolumeException(VolumeError.ProviderUnavailable, $"reading {resource.Name}: the content does not have the checksum that came with it: it was damaged on the way");
    }

    private static GcpReply Rendered(GcpResource resource, HttpAnswer answer)
    {
        var read = GcpAnswers.Read(answer, GcpJson.Default.ParameterVersionAnswer, $"reading {resource.Name}", "a parameter's version");
        return read is { Name.Length: > 0 } ? new GcpReply(read.Name, new Secret(read.Rendered ?? []))
            : throw HttpFailures.Garbage($"reading {resource.Name}", "a parameter's version with its name");
    }

    /// <summary>CRC-32C, Castagnoli's (RFC 3720, appendix B.4).</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}

/// <summary>A version as it was read. Who receives it owns the content.</summary>
/// <param name="Version">The version's own name, where <c>latest</c> and aliases are resolved: <c>projects/NUMBER/secrets/S/versions/7</c>.</param>
/// <param name="Content">The bytes.</param>
internal readonly record struct GcpReply(string Version, Secret Content);
