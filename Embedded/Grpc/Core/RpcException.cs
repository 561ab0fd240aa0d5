namespace Grpc.Core;

/// <summary>
/// A call that ended otherwise than OK. Thrown by a handler it becomes the call's status; a client throws it for the status it got.
/// </summary>
public class RpcException : Exception
{
    /// <summary>An exception for this status.</summary>
    /// <param name="status">The status of the call.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>An exception for this status with a message of its own.</summary>
    /// <param name="status">The status of the call.</param>
    /// <param name="message">The exception's message; it is not sent.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>An exception for this status with trailers.</summary>
    /// <param name="status">The status of the call.</param>
    /// <param name="trailers">Metadata sent, or received, after the message.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>An exception for this status with trailers and a message of its own.</summary>
    /// <param name="status">The status of the call.</param>
    /// <param name="trailers">Metadata sent, or received, after the message.</param>
    /// <param name="message">The exception's message; it is not sent.</param>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>The status of the call.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>Metadata sent, or received, after the message.</summary>
    public Metadata Trailers { get; }
}
