using System.Diagnostics;
using Grpc.Core;

namespace ActorCsi.Driver;

/// <summary>The span of one call: under the caller's, when the caller sent its own (https://www.w3.org/TR/trace-context/).</summary>
internal static class RpcActivity
{
    /// <summary>The id of the volume that the call is about.</summary>
    public const string Volume = "actorcsi.volume.id";

    public static Activity? Start(ActivitySource source, string volume, ServerCallContext context)
    {
        var method = RpcMetrics.MethodName(context.Method);
        var activity = source.StartActivity(method, ActivityKind.Server, Caller(context.RequestHeaders));
        activity?.SetTag(RpcMetrics.System, "grpc").SetTag(RpcMetrics.Method, method);
        if (volume.Length > 0)
            activity?.SetTag(Volume, volume);
        return activity;
    }

    /// <summary>
    /// Sets the answer's code. Every code but OK is an error here, also those that the conventions call the caller's fault: kubelet asks on behalf of a pod, and
    /// whoever looks at traces looks for the reason that the pod does not start.
    /// </summary>
    public static void End(this Activity activity, StatusCode code)
    {
        var name = RpcMetrics.CodeName(code);
        activity.SetTag(RpcMetrics.StatusCodeTag, name);
        if (code is not StatusCode.OK)
            activity.SetTag("error.type", name).SetStatus(ActivityStatusCode.Error);
    }

    private static ActivityContext Caller(Metadata headers)
        => ActivityContext.TryParse(headers.GetValue("traceparent"), headers.GetValue("tracestate"), isRemote: true, out var caller) ? caller : default;
}
