using System.Collections.Immutable;

namespace ActorCsi.Grains.Providers.Vault;

/// <summary>What tells Vault and OpenBao apart: names. The API is one.</summary>
/// <param name="Name">spec.provider.</param>
/// <param name="Prefixes">What parameters such as <c>vaultAddress</c> may begin with, the first that is set counts.</param>
/// <param name="EnvironmentPrefixes">The same for the driver's environment: <c>VAULT_ADDR</c>.</param>
/// <param name="Audience">The audience of the pod's token where the class names none.</param>
internal sealed record VaultFlavor(string Name, ImmutableArray<string> Prefixes, ImmutableArray<string> EnvironmentPrefixes, string Audience)
{
    public static readonly VaultFlavor Vault = new("vault", ["vault"], ["VAULT_"], "vault");

    /// <summary>Its plugin is a fork of Vault's, and takes classes that were written for that one.</summary>
    public static readonly VaultFlavor OpenBao = new("openbao", ["bao", "openbao", "vault"], ["BAO_", "VAULT_"], "openbao");
}
