using ActorCsi.Cluster.Events;

namespace ActorCsi.Cluster.Secrets;

/// <summary>Why a Secret cannot be made of a class and the files of a volume. The message is for the user: what was found, how to mend it. Nothing secret.</summary>
internal sealed class SecretFault(string message, string reason = EventReason.FailedToCreateSecret, TimeSpan grace = default) : Exception(message)
{
    /// <summary>The reason of the event.</summary>
    public string Reason => reason;

    /// <summary>How long it may last before anybody is told: what passes by itself needs nobody's attention.</summary>
    public TimeSpan Grace => grace;
}
