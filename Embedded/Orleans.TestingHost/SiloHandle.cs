using ActorCsi.GrainEngine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>One silo of a test.</summary>
public abstract class SiloHandle
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its address, another one after each restart.</summary>
    public SiloAddress SiloAddress { get; set; } = null!;

    /// <summary>Whether it runs.</summary>
    public abstract bool IsActive { get; }

    /// <summary>Ends it: in good order, or as a crash would.</summary>
    public abstract Task StopSiloAsync(bool stopGracefully);

    /// <summary>Ends it in good order, as far as <paramref name="ct"/> allows.</summary>
    public abstract Task StopSiloAsync(CancellationToken ct);
}

/// <summary>One silo of a test, in the test's own process.</summary>
public class InProcessSiloHandle : SiloHandle
{
    private bool _isActive;

    /// <summary>Its host.</summary>
    public IHost SiloHost { get; init; } = null!;

    /// <summary>The services of its host.</summary>
    public IServiceProvider ServiceProvider => SiloHost.Services;

    /// <inheritdoc/>
    public override bool IsActive => _isActive;

    internal Silo Silo => ServiceProvider.GetRequiredService<Silo>();

    /// <inheritdoc/>
    public override async Task StopSiloAsync(bool stopGracefully)
    {
        if (stopGracefully)
        {
            await StopSiloAsync(CancellationToken.None);
            return;
        }
        if (!_isActive)
            return;
        _isActive = false;
        // Dead first: what the host does when it is disposed must find nothing left to save.
        Silo.Kill();
        await DisposeHost();
    }

    /// <inheritdoc/>
    public override async Task StopSiloAsync(CancellationToken ct)
    {
        if (!_isActive)
            return;
        _isActive = false;
        await SiloHost.StopAsync(ct);
        await DisposeHost();
    }

    internal async Task StartAsync()
    {
        await SiloHost.StartAsync();
        _isActive = true;
    }

    private async Task DisposeHost()
    {
        if (SiloHost is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            SiloHost.Dispose();
    }
}
