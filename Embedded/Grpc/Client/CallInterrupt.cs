using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Everything that can end a call from this side, as one token; and afterwards, which it was.</summary>
internal sealed class CallInterrupt : IDisposable
{
    // A timer cannot wait longer; who gives more than 49 days has the deadline sent, but not enforced here.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 2);

    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;
    private readonly CancellationToken _channelDisposal;
    private readonly CancellationTokenRegistration _callerRegistration;
    private readonly CancellationTokenRegistration _channelRegistration;
    private readonly TimeProvider _time;
    private readonly DateTime _deadline = DateTime.MaxValue;
    private volatile bool _givenUp;

    /// <exception cref="ArgumentException">The deadline is not in UTC.</exception>
    public CallInterrupt(CallOptions options, TimeProvider time, CancellationToken channelDisposal)
    {
        _time = time;
        _caller = options.CancellationToken;
        _channelDisposal = channelDisposal;
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            if (deadline.Kind != DateTimeKind.Utc && deadline != DateTime.MinValue)
                throw new ArgumentException($"The deadline must be in UTC, but its kind is {deadline.Kind}.", nameof(options));
            _deadline = deadline;
            var left = deadline - time.GetUtcNow().UtcDateTime;
            Timeout = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        _source = Timeout <= LongestTimer ? new CancellationTokenSource(Timeout.Value, time) : new CancellationTokenSource();
        _callerRegistration = _caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _channelRegistration = _channelDisposal.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The time from the call's start to its deadline; null for none.</summary>
    public TimeSpan? Timeout { get; }

    public void GiveUp()
    {
        _givenUp = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException) // the call ended just now
        {
        }
    }

    /// <summary>The status of a call that failed because of this; null if it failed for another reason.</summary>
    public Status? Reason(Exception failure)
    {
        if (_givenUp || _caller.IsCancellationRequested || _channelDisposal.IsCancellationRequested)
            return new Status(StatusCode.Cancelled, "The call was given up by its caller.", failure);

        // Only the deadline is left to have cancelled the source; a timer may fire a little before the clock shows the time. And a server
        // also counts the time down: its reset can be here before our own timer.
        return _source.IsCancellationRequested || _time.GetUtcNow().UtcDateTime >= _deadline
            ? new Status(StatusCode.DeadlineExceeded, "The deadline passed before the server answered.", failure)
            : null;
    }

    public void Dispose()
    {
        _callerRegistration.Dispose();
        _channelRegistration.Dispose();
        _source.Dispose();
    }
}
