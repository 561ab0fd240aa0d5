namespace ActorCsi.Grains.Providers.Http;

/// <summary>
/// A server and how its TLS is checked. Two equal endpoints share connections; nothing that was sent to one is ever sent to another:
/// <see cref="EndpointClient"/> knows no other address and follows no redirect.
/// </summary>
/// <param name="Address">Scheme, host, port, and the path that all calls have in common: <c>https://vault.example.com:8200/</c>.</param>
internal sealed record HttpEndpoint(Uri Address)
{
    /// <summary>PEM: the authorities that the server's certificate must come from; null for the machine's own. Read again when it changes.</summary>
    public string? CaFile { get; init; }

    /// <summary>A directory of such files; beside <see cref="CaFile"/> or instead.</summary>
    public string? CaDirectory { get; init; }

    /// <summary>The name that the server is asked for (SNI, Host) and that its certificate must have, where that is not the host of <see cref="Address"/>.</summary>
    public string? ServerName { get; init; }

    /// <summary>PEM: the certificate shown to the server, then what leads up to its authority; null for none. Read again when it changes.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM: the key of <see cref="ClientCertificateFile"/>.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Whether any certificate will do. Only where the class says so; each such endpoint is warned of in the log.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>Whether it is an agent or a metadata server that answers for this node alone: no proxy could reach it, and none must see what is sent there.</summary>
    public bool IsOnThisNode { get; init; }

    /// <summary>Scheme, host and port: how the endpoint is called in messages, logs and spans.</summary>
    public string Origin => Address.GetLeftPart(UriPartial.Authority);

    /// <inheritdoc cref="Origin"/>
    public override string ToString() => Origin;

    /// <summary>Reads an address as users write it.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">It, with a path that ends in a slash.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Fault(string text, out Uri address)
    {
        address = Nowhere;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var read) || read.Scheme is not ("https" or "http") || read.Host.Length == 0)
            return $"is '{Words.Clip(text)}', expected a URL such as https://vault.example.com:8200";
        if (read.UserInfo.Length > 0)
            return "holds a user name or a password, expected none";
        if (read.Query.Length > 0 || read.Fragment.Length > 0)
            return $"is '{Words.Clip(text)}', expected no '?' and no '#'";
        address = read.AbsolutePath.EndsWith('/') ? read : new UriBuilder(read) { Path = read.AbsolutePath + '/' }.Uri;
        return null;
    }

    private static readonly Uri Nowhere = new("https://invalid/");
}
