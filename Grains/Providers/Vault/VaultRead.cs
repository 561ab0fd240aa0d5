namespace ActorCsi.Grains.Providers.Vault;

/// <summary>One question to the server. Equal reads have one answer for all objects, volumes and pods of an account.</summary>
/// <param name="Method">GET or LIST, or PUT or POST for what a server makes anew each time it is asked.</param>
/// <param name="Path">From <c>v1/</c> on, escaped, with its query.</param>
/// <param name="Body">The JSON of secretArgs; null for none.</param>
[GenerateSerializer, Immutable, Alias("ActorCsi.VaultRead")]
internal sealed record VaultRead([property: Id(0)] string Method, [property: Id(1)] string Path, [property: Id(2)] string? Body)
{
    /// <summary>Whether asking twice makes two of what is asked for.</summary>
    public bool Writes => Method is not ("GET" or "LIST");

    /// <summary>For messages: <c>GET kv/data/shop</c>.</summary>
    public override string ToString() => $"{Method} {Path["v1/".Length..]}";
}
