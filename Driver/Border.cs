using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ActorCsi.Driver;

/// <summary>
/// Where failures leave the program: each becomes a status that a user can act on, and is logged here and nowhere else. Whatever nobody
/// foresaw is told as an id only; the log has the rest under that id.
/// </summary>
internal sealed class Border(RpcMetrics metrics, ILogger<Border> log)
{
    internal static readonly ActivitySource Activities = new(RpcMetrics.Name);

    // A provider's message may be a whole page of HTML. With every character escaped, this much still fits into one frame of HTTP/2.
    private const int LongestMessage = 4096;

    /// <summary>Answers one RPC about <paramref name="volume"/> (empty where there is none).</summary>
    public async Task<TAnswer> Answer<TAnswer>(string rpc, string volume, ServerCallContext context, Func<CancellationToken, Task<TAnswer>> work)
    {
        using var activity = Activities.HasListeners() ? RpcActivity.Start(Activities, volume, context) : null;
        var began = metrics.Begin();
        var code = StatusCode.OK;
        try
        {
            return await work(context.CancellationToken);
        }
        catch (Exception failure)
        {
            var status = Status(failure, rpc, volume, context.CancellationToken);
            code = status.StatusCode;
            throw new RpcException(status);
        }
        finally
        {
            metrics.Answered(began, context.Method, code);
            activity?.End(code);
        }
    }

    /// <summary>What a failure is told as, where it is one of several things in an answer. It is logged.</summary>
    public Status StatusOf(Exception failure, string rpc, string volume) => Status(failure, rpc, volume, CancellationToken.None);

    private Status Status(Exception failure, string rpc, string volume, CancellationToken caller)
    {
        switch (failure)
        {
            case VolumeException { Error: not VolumeError.Internal } told:
                return Told(rpc, volume, StatusTable.Code(told.Error), told.Message);
            case OperationCanceledException when caller.IsCancellationRequested:
                return Told(rpc, volume, StatusCode.Cancelled, "the caller gave up");
            case TimeoutException:
                return Told(rpc, volume, StatusCode.DeadlineExceeded, "the volume did not answer in time; another call for it may still be running");
            case LimitExceededException:
                return Told(rpc, volume, StatusCode.Aborted, "too many calls wait for this volume; try again");
            case OrleansMessageRejectionException:
                return Told(rpc, volume, StatusCode.Unavailable, "the driver is starting or stopping; try again");
            default:
                var id = Guid.NewGuid().ToString("N")[..12];
                Log.Unforeseen(log, rpc, volume, id, failure);
                return new Status(StatusCode.Internal, $"internal error {id}; the driver's log on this node says more");
        }
    }

    /// <summary>The answer to an RPC that the driver does not have.</summary>
    public RpcException NotOffered(string rpc, string volume, string what)
        => new(Told(rpc, volume, StatusCode.Unimplemented, $"this driver has no {what}: see NodeGetCapabilities"));

    private Status Told(string rpc, string volume, StatusCode code, string message)
    {
        if (message.Length > LongestMessage)
            message = message[..LongestMessage] + "…";
        Log.Refused(log, rpc, volume, code, message);
        return new Status(code, message);
    }
}
