using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Telemetry.Http;

/// <summary>
/// <c>/healthz</c>: whether the process does its work; when it does not, it is to be restarted. <c>/readyz</c>: whether kubelet may send it volumes.
/// Neither asks a provider: no restart of the driver mends a secret store.
/// </summary>
internal sealed class HealthPages(HealthCheckService checks, IHostApplicationLifetime lifetime, ILogger<HealthPages> log)
{
    private bool _wasReady;
    private bool _wasAsked;

    public async Task ShowLive(HttpContext context) => await Show(context, await Check(HealthTags.Live, context.RequestAborted));

    public async Task ShowReady(HttpContext context)
    {
        var faults = lifetime.ApplicationStopping.IsCancellationRequested ? ["the driver is stopping"] : await Check(HealthTags.Ready, context.RequestAborted);
        Tell(faults);
        await Show(context, faults);
    }

    private async Task<string[]> Check(string tag, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(tag), cancellationToken);
        return [.. report.Entries.Where(entry => entry.Value.Status is not HealthStatus.Healthy).Select(entry => $"{entry.Key}: {entry.Value.Description}")];
    }

    /// <summary>Probes come every few seconds; the log has a line only when something is other than before.</summary>
    private void Tell(string[] faults)
    {
        var isReady = faults is [];
        if (_wasAsked && isReady == _wasReady)
            return;
        (_wasAsked, _wasReady) = (true, isReady);
        if (isReady)
            Log.Ready(log);
        else
            Log.NotReady(log, string.Join("; ", faults));
    }

    private static Task Show(HttpContext context, string[] faults)
    {
        context.Response.StatusCode = faults is [] ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(faults is [] ? "ok\n" : string.Join('\n', faults) + "\n");
    }
}
