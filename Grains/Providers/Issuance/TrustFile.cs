using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Grains.Providers.Issuance;

/// <summary>
/// Certificates to trust out of a file on the node: a mounted ConfigMap, say. It is looked at every two seconds; a version that cannot be used is refused and reported, and
/// the last good one stays in force.
/// </summary>
internal sealed class TrustFile(string path, TimeProvider time, ILogger<TrustFile> log) : ITrustBundle, IHostedService, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private (FileStamp? Stamp, bool IsTried) _last; // under _gate
    private string? _fault; // under _gate
    private volatile byte[]? _inForce;
    private ITimer? _timer;

    /// <summary>Others are in force than before. Raised on any thread; take note and return.</summary>
    public event Action? Changed;

    /// <inheritdoc/>
    public ValueTask<byte[]> Find(CancellationToken cancellationToken)
    {
        Look();
        return new(_inForce ?? throw new VolumeException(VolumeError.ProviderFailed, $"the certificates to trust cannot be used: {_fault}"));
    }

    /// <inheritdoc/>
    public byte[]? Peek() => _inForce;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(_ => Look(), null, TimeSpan.Zero, LookEvery);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            // The stamp is taken first: what changes while it is read shows at the next look.
            var stamp = FileStamp.Of(path);
            if (_last == (stamp, true))
                return;
            _last = (stamp, true);
            if (!Read())
                return;
        }
        Changed?.Invoke();
    }

    /// <summary>Whether other certificates are in force now.</summary>
    private bool Read()
    {
        try
        {
            var pem = File.ReadAllBytes(path);
            if (!IssuedChains.HoldsCertificates(pem))
                return Refuse("it holds no certificate that can be read, expected PEM blocks CERTIFICATE");
            if (_inForce is { } old && pem.AsSpan().SequenceEqual(old))
                return false;
            _inForce = pem;
            Log.TrustRead(log, path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(e.Message);
        }
    }

    private bool Refuse(string fault)
    {
        _fault = $"{path}: {fault}";
        Log.TrustRefused(log, _fault, _inForce is null ? "there are none" : "the last good ones stay in force");
        return false;
    }
}
