using System.Security.Cryptography;

namespace ActorCsi.Grains.Providers.Certificates;

/// <summary>Makes key pairs. An RSA key takes up to seconds of a whole processor; a node full of them may have half of its processors for it.</summary>
internal sealed class KeyMaker : IDisposable
{
    private readonly SemaphoreSlim _slowKeys = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>A new pair; the caller disposes it.</summary>
    public async Task<AsymmetricAlgorithm> Make(KeyType type, CancellationToken cancellationToken)
    {
        if (!type.IsRsa)
            return type.Create();
        await _slowKeys.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => MakeNow(type), cancellationToken);
        }
        finally
        {
            _slowKeys.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slowKeys.Dispose();

    private static AsymmetricAlgorithm MakeNow(KeyType type)
    {
        var key = type.Create();
        key.ExportSubjectPublicKeyInfo(); // an RSA pair comes into being when it is first used
        return key;
    }
}
