namespace Grpc.Core;

/// <summary>The result of a call, as the number sent in <c>grpc-status</c>.</summary>
/// <remarks>Meanings: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md.</remarks>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The call was cancelled, usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error without a code of its own, such as an exception the handler did not expect.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call was done; its effects may have happened all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be made exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota, a limit or the disk is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that this request needs; a retry alone does not mend it.</summary>
    FailedPrecondition = 9,

    /// <summary>The call lost against another one; retry at a higher level.</summary>
    Aborted = 10,

    /// <summary>Past the valid range, for now.</summary>
    OutOfRange = 11,

    /// <summary>The method is not offered here.</summary>
    Unimplemented = 12,

    /// <summary>Something that must hold did not; a fault in client, server or transport.</summary>
    Internal = 13,

    /// <summary>Not reachable just now; a retry of this call may succeed.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller did not say, validly, who it is.</summary>
    Unauthenticated = 16,
}
