using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ActorCsi.Telemetry;

/// <summary>What every Prometheus client tells of its process, under the names that all dashboards know, as the kernel has it at the moment.</summary>
internal static class ProcessMetrics
{
    /// <summary>Makes the instruments. Nothing is read before somebody asks.</summary>
    public static void AddTo(IMeterFactory meters)
    {
        var meter = meters.Create("ActorCsi.Process");
        using var self = Process.GetCurrentProcess();
        var started = new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "CPU time that the process has taken.");
        meter.CreateObservableGauge("process.resident_memory", () => Environment.WorkingSet, "By", "Memory of the process that is in RAM, shared pages of files among it.");
        meter.CreateObservableGauge("process.open_fds", OpenFiles, null, "Files, sockets and pipes that the process has open.");
        meter.CreateObservableGauge("process.start_time", () => started, "s", "When the process started, in seconds since 1970.");
        meter.CreateObservableGauge("actorcsi.heap", () => GC.GetTotalMemory(forceFullCollection: false), "By", "Memory that objects take, those that nobody needs any more among them.");
    }

    private static long OpenFiles() => Directory.EnumerateFileSystemEntries("/proc/self/fd").LongCount();
}
