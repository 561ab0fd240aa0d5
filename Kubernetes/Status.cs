namespace ActorCsi.Kubernetes;

/// <summary>meta/v1 Status: how the API server says no.</summary>
public sealed record Status
{
    /// <summary>The HTTP status.</summary>
    public int? Code { get; init; }

    /// <summary>One word of CamelCase, such as <c>NotFound</c> or <c>Conflict</c>: see <see cref="StatusReason"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>For people.</summary>
    public string? Message { get; init; }

    /// <summary>More of it.</summary>
    public StatusDetails? Details { get; init; }
}

/// <summary>More of a <see cref="Status"/>.</summary>
public sealed record StatusDetails
{
    /// <summary>When to come again, in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>What was wrong with which field; with server-side apply, who else manages it.</summary>
    public IReadOnlyList<StatusCause>? Causes { get; init; }
}

/// <summary>One of the causes of a <see cref="Status"/>.</summary>
public sealed record StatusCause
{
    /// <summary>Such as <c>FieldManagerConflict</c> or <c>FieldValueInvalid</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>For people.</summary>
    public string? Message { get; init; }

    /// <summary>The field.</summary>
    public string? Field { get; init; }
}

/// <summary>The reasons that are asked for: those of meta/v1, and two for calls that had no answer.</summary>
public static class StatusReason
{
    /// <summary>404: there is no such object, or no such resource.</summary>
    public const string NotFound = "NotFound";

    /// <summary>409: an object of that name is there already.</summary>
    public const string AlreadyExists = "AlreadyExists";

    /// <summary>409: the object has another version than the call expects, or another manager has the field.</summary>
    public const string Conflict = "Conflict";

    /// <summary>410: the version is no longer known; list again.</summary>
    public const string Gone = "Gone";

    /// <summary>410: as <see cref="Gone"/>, of a watch or of a list's next page.</summary>
    public const string Expired = "Expired";

    /// <summary>422: the object breaks a rule of its kind.</summary>
    public const string Invalid = "Invalid";

    /// <summary>401: the token is not accepted.</summary>
    public const string Unauthorized = "Unauthorized";

    /// <summary>403: no role allows the call.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>429: come again later.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>No answer: the connection could not be made, or broke.</summary>
    public const string Unreachable = "Unreachable";

    /// <summary>No answer in time.</summary>
    public const string TimedOut = "TimedOut";

    /// <summary>An answer that makes no sense: no JSON, or not of the API.</summary>
    public const string Unreadable = "Unreadable";
}
