namespace ActorCsi.Kubernetes;

/// <summary>
/// The one failure of the client: the API server said no, or could not be asked. The message says which call, and is fit for logs and for users: the server's own
/// messages name objects and fields, and what they quote of values is cut short.
/// </summary>
public sealed class KubernetesException : Exception
{
    private const int LongestMessage = 512;

    internal KubernetesException(string call, Status status, TimeSpan? retryAfter = null, Exception? inner = null)
        : base($"{call}: {Clip(status.Message ?? status.Reason ?? $"HTTP {status.Code}")}", inner)
        => (Status, RetryAfter) = (status, retryAfter ?? (status.Details?.RetryAfterSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null));

    /// <summary>What the server answered; made up here when there was no answer.</summary>
    public Status Status { get; }

    /// <summary>The HTTP status; 0 when there was no answer.</summary>
    public int Code => Status.Code ?? 0;

    /// <summary>One of <see cref="StatusReason"/>, or another of the server's.</summary>
    public string Reason => Status.Reason ?? "";

    /// <summary>When the server asks to come again; null when it says nothing.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>There is no such object (or no such resource: the CRD is missing).</summary>
    public bool IsNotFound => Code == 404;

    /// <summary>An object of that name is there already.</summary>
    public bool IsAlreadyExists => Reason == StatusReason.AlreadyExists;

    /// <summary>The object is another version than was expected, or a field is another manager's.</summary>
    public bool IsConflict => Code == 409 && !IsAlreadyExists;

    /// <summary>The version to go on from is too old: list again.</summary>
    public bool IsGone => Code == 410;

    /// <summary>
    /// Nothing was decided: the server could not be reached, did not answer in time, is overloaded or failing. The same call may work later.
    /// </summary>
    public bool IsUnavailable => Code is 0 or 429 or >= 500;

    private static string Clip(string text)
    {
        var kept = text.Length <= LongestMessage ? text : $"{text.AsSpan(0, LongestMessage)}…";
        return kept.Any(char.IsControl) ? string.Concat(kept.Select(letter => char.IsControl(letter) ? ' ' : letter)) : kept;
    }
}
