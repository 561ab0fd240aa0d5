using Grpc.Core;

namespace ActorCsi.Embedded.Rpc;

/// <summary>Everything that can end a call from this side, as one token; and afterwards, which it was.</summary>
internal sealed class CallInterrupt : IDisposable
{
    // A timer cannot wait longer; who gives more than 49 days has the deadline sent, but not enforced here.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 2);

    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenRegistration _callerRegistration;
    private readonly CancellationTokenRegistration _channelRegistration;
    private readonly TimeProvider _time;
    private readonly DateTime _deadline = DateTime.MaxValue;

    /// <exception cref="ArgumentException">The deadline is not in UTC.</exception>
    public CallInterrupt(CallOptions options, TimeProvider time, CancellationToken channelDisposal)
    {
        _time = time;
        _caller = options.CancellationToken;
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            if (deadline.Kind != DateTimeKind.Utc && deadline != DateTime.MinValue)
                throw new ArgumentException($"The deadline must be in UTC, but its kind is {deadline.Kind}.", nameof(options));
            _deadline = deadline;
            Timeout = deadline - time.GetUtcNow().UtcDateTime;
        }

        _source = Timeout <= LongestTimer
            ? new CancellationTokenSource(Timeout > TimeSpan.Zero ? Timeout.Value : TimeSpan.Zero, time)
            : new CancellationTokenSource();
        if (Timeout <= TimeSpan.Zero)
            _source.Cancel();
        _callerRegistration = _caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _channelRegistration = channelDisposal.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The time from the call's start to its deadline; null for none.</summary>
    public TimeSpan? Timeout { get; }

    public void GiveUp()
    {
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
        // A server also counts the time down, and its reset can be here before our own timer.
        if (_time.GetUtcNow().UtcDateTime >= _deadline && !_caller.IsCancellationRequested)
            return new Status(StatusCode.DeadlineExceeded, "The deadline passed before the server answered.", failure);
        return _source.IsCancellationRequested ? new Status(StatusCode.Cancelled, "The call was given up by its caller.", failure) : null;
    }

    public void Dispose()
    {
        _callerRegistration.Dispose();
        _channelRegistration.Dispose();
        _source.Dispose();
    }
}
